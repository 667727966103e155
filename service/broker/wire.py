"""One connection to the broker that an event loop watches: send now, receive when readable."""

import select
import ssl
import time
from collections.abc import Callable, Sequence
from typing import Any

import hiredis
import redis

from service.broker.leading import LeadingConnection

PATIENCE_SECONDS = 0.5
"""How long connecting, and sending what the broker is slow to take, may keep the loop waiting."""

CLOSED = "connection closed by the broker"
SILENT = "the broker does not answer"
CHUNK = 65536
NOT_YET = object()
WOULD_BLOCK = (BlockingIOError, ssl.SSLWantReadError, ssl.SSLWantWriteError)


def packed(command: Sequence[Any]) -> bytes:
    """Return a command as it is sent."""
    ready: bytes = hiredis.pack_command(tuple(command))
    return ready


def receive_arrived(connection: Any) -> bool:
    """Take in what has arrived, without waiting; return whether there is anything to parse.

    A watched descriptor says too little under TLS: it is readable when what arrived is no reply
    yet, or none at all, and it is not when the reply has been decrypted already.

    Raises:
        redis.RedisError, OSError: the broker closed the connection, or it broke.
    """
    parser = connection._parser
    if parser.read_from_socket(timeout=0, raise_on_timeout=False):
        return True
    return bool(parser._reader.has_data())


class BrokerSocket:
    """A connection that never makes the event loop wait for replies. ``pending``: those to come.

    redis-py connects it (TLS, passwords, sentinels); from then on it is spoken to directly: a
    reply is taken when all of it has arrived. ``unwatch`` is told the descriptor before it is
    closed: its number may be another's, or this connection's own again, before the next turn.
    """

    def __init__(self, pool: "redis.ConnectionPool", unwatch: Callable[[int], None]) -> None:
        self._pool, self._unwatch = pool, unwatch
        self._connection: Any = None
        self._socket: Any = None
        self._reader: Any = None
        self._replies: list[Any] = []
        self._sent_at = 0.0
        self.fileno: int | None = None
        self.pending = 0

    def connect(self) -> None:
        """Connect; with sentinels, to whoever is master now.

        Raises:
            redis.RedisError, OSError: the broker cannot be reached.
        """
        timeouts = dict.fromkeys(("socket_timeout", "socket_connect_timeout"), PATIENCE_SECONDS)
        options = {**self._pool.connection_kwargs, **timeouts}
        self._connection = self._pool.connection_class(**options)
        self._connection.connect()
        self._socket = self._connection._sock
        self._socket.setblocking(False)
        self._reader = hiredis.Reader(replyError=redis.ResponseError, notEnoughData=NOT_YET)
        self.fileno = self._socket.fileno()

    def send(self, *commands: bytes) -> None:
        """Send packed commands in one write.

        Raises:
            OSError: the connection broke, or takes nothing.
        """
        left = memoryview(b"".join(commands))
        self.pending += len(commands)
        self._sent_at = time.monotonic()
        while left:
            try:
                left = left[self._socket.send(left) :]
            except WOULD_BLOCK:
                self._wait(select.POLLOUT)

    def receive(self) -> list[Any] | None:
        """Return the replies to all that was sent, or None while some have not arrived.

        Raises:
            redis.RedisError, OSError: the connection broke, or the broker refused.
        """
        self._read()
        while (reply := self._reader.gets()) is not NOT_YET:
            if isinstance(reply, Exception):
                raise reply
            self._replies.append(reply)
        if len(self._replies) < self.pending or not self.pending:
            return None
        replies, self._replies, self.pending = self._replies, [], 0
        return replies

    def expect_to_lead(self) -> None:
        """Ask whether the broker at the other end still leads, where it is behind sentinels.

        Raises:
            redis.RedisError, OSError: it does not, or nobody can say.
        """
        if isinstance(self._connection, LeadingConnection):
            self._connection.expect_to_lead()

    def ask(self, *command: Any) -> Any:
        """Send a command and wait for its reply; raises as :meth:`receive`."""
        self.send(packed(command))
        return self.wait()[-1]

    def wait(self) -> list[Any]:
        """Wait for the replies to all that was sent; raises as :meth:`receive`."""
        while (replies := self.receive()) is None:
            self._wait(select.POLLIN)
        return replies

    def overdue(self, now: float, seconds: float) -> bool:
        """Return whether a reply has been due for so many seconds; ``now`` is monotonic."""
        return self.pending > 0 and now - self._sent_at > seconds

    def close(self) -> None:
        """Close the connection, if any."""
        if self.fileno is not None:
            self._unwatch(self.fileno)
        connection, self._connection, self._socket = self._connection, None, None
        self.fileno, self.pending, self._replies = None, 0, []
        if connection is not None:
            connection.disconnect()

    def _read(self) -> None:
        """Take in what has arrived. Under TLS that may be no reply, or more than one can see."""
        try:
            while True:
                data = self._socket.recv(CHUNK)
                if not data:
                    raise ConnectionResetError(CLOSED)
                self._reader.feed(data)
                if len(data) < CHUNK and not (self._tls and self._socket.pending()):
                    return
        except WOULD_BLOCK:
            return

    @property
    def _tls(self) -> bool:
        return isinstance(self._socket, ssl.SSLSocket)

    def _wait(self, event: int) -> None:
        poll = select.poll()
        poll.register(self._socket, event)
        if not poll.poll(PATIENCE_SECONDS * 1000):
            raise TimeoutError(SILENT)
