"""A descriptor that an event loop watches, so that other threads can end its wait."""

import socket
from contextlib import suppress


class Waker:
    """Wakes the loop that watches ``fileno``; any number of calls before its turn are one."""

    def __init__(self) -> None:
        self._reader, self._writer = socket.socketpair()
        self._reader.setblocking(False)
        self._writer.setblocking(False)
        self.fileno = self._reader.fileno()

    def wake(self) -> None:
        """End the loop's wait, now or as soon as it begins; any thread may call it."""
        with suppress(OSError):  # full: enough wakes wait already; closed: nobody waits
            self._writer.send(b"\0")

    def awake(self) -> None:
        """Take note, in the loop, of having been woken."""
        with suppress(BlockingIOError):
            self._reader.recv(4096)

    def close(self) -> None:
        """Close both ends."""
        self._reader.close()
        self._writer.close()
