"""Pipes between a worker and its children: what a message through one costs.

The format is billiard's: four bytes of length, then a pickle. billiard makes a pickler of its own
for each message; Celery's event loop reads one in two pieces and joins the loop anew after each.
"""

import os
import pickle
from struct import Struct
from typing import Any

from billiard.queues import _SimpleQueue

LENGTH = Struct("!i")
CHUNK = 65536
"""What a pipe holds on Linux: all that has arrived comes in one read."""


class Pipe(_SimpleQueue):
    """One direction, one reader, one writer. A child puts and gets, waiting if it must."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self._begun = bytearray()

    def put(self, message: Any) -> None:
        """Send a message.

        Raises:
            OSError: nobody reads any more.
        """
        body = pickle.dumps(message, pickle.HIGHEST_PROTOCOL)
        unsent = memoryview(LENGTH.pack(len(body)) + body)
        while unsent:
            unsent = unsent[os.write(self._writer.fileno(), unsent) :]

    def get_payload(self) -> bytearray:
        """Wait for a message and return its pickle.

        Raises:
            EOFError: nobody writes any more.
        """
        while (body := self._next()) is None:
            self._receive()
        return body

    def arrived(self) -> list[Any]:
        """Return the messages that have come, without waiting for the rest of one.

        Raises:
            BlockingIOError: nothing has come.
            EOFError: nobody writes any more.
            OSError: the pipe is closed.
        """
        self._receive()
        messages = []
        while (body := self._next()) is not None:
            messages.append(pickle.loads(body))
        return messages

    def _receive(self) -> None:
        chunk = os.read(self._reader.fileno(), CHUNK)
        if not chunk:
            raise EOFError
        self._begun += chunk

    def _next(self) -> bytearray | None:
        """Return the first message's pickle, and begin with the next; None: not all is there."""
        begun = self._begun
        if len(begun) < LENGTH.size:
            return None
        end = LENGTH.size + LENGTH.unpack_from(begun)[0]
        if len(begun) < end:
            return None
        body = begun[LENGTH.size : end]
        del begun[:end]
        return body
