"""One connection to the broker that an event loop watches: send now, receive when readable."""

import time
from collections.abc import Callable
from typing import Any

import redis

PATIENCE_SECONDS = 0.5
"""How long connecting, and a reply that has begun to arrive, may keep the event loop waiting."""

CLOSED = "connection closed by the broker"
"""What it means that a socket is readable though no reply is due."""


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
    """A redis connection used without blocking for replies. ``pending``: replies to come.

    ``unwatch`` is told the descriptor before it is closed: its number may be another's, or this
    connection's own again, before the event loop's next turn.
    """

    def __init__(self, pool: "redis.ConnectionPool", unwatch: Callable[[int], None]) -> None:
        self._pool, self._unwatch = pool, unwatch
        self._connection: Any = None
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
        self.fileno = self._connection._sock.fileno()

    def send(self, *commands: tuple[Any, ...]) -> None:
        """Send commands in one write."""
        self._connection.send_packed_command(
            self._connection.pack_commands(commands), check_health=False
        )
        self.pending += len(commands)
        self._sent_at = time.monotonic()

    def readable(self) -> bool:
        """Return whether a reply (or the end of the connection) can be read at once.

        An event loop may report a descriptor whose number another socket had before.
        """
        try:
            return receive_arrived(self._connection)
        except (redis.RedisError, OSError):
            return True  # reading says what is wrong

    def receive(self) -> Any:
        """Return one reply, as bytes, numbers and lists.

        Raises:
            redis.RedisError, OSError: the connection broke, or the broker refused.
        """
        reply = self._connection.read_response(disable_decoding=True, disconnect_on_error=False)
        self.pending -= 1
        return reply

    def expect_reply(self, now: float, seconds: float) -> None:
        """Make sure that no reply has been due for so many seconds; ``now`` is monotonic.

        Raises:
            TimeoutError: one has; the connection is dead, or the broker is frozen.
        """
        if self.pending > 0 and now - self._sent_at > seconds:
            raise TimeoutError("the broker does not answer")

    def close(self) -> None:
        """Close the connection, if any."""
        if self.fileno is not None:
            self._unwatch(self.fileno)
        connection, self._connection, self.fileno, self.pending = self._connection, None, None, 0
        if connection is not None:
            connection.disconnect()
