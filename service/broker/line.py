"""The line to the broker that an intake speaks over: two connections, lost and found together.

*requests* carries finished leases and reservations; *waiting* blocks on the wake lists.
"""

import logging
import time
from collections.abc import Callable
from typing import Any

import redis

from service.broker.leading import LATE_SECONDS
from service.broker.scripts import FINISH, RESERVE
from service.broker.wire import SILENT, BrokerSocket

logger = logging.getLogger("headcount.broker")

WAIT_SECONDS = 5  # for work, at most: then a dead connection is noticed
REPLY_TIMEOUT_SECONDS = 6.0  # a reply overdue by this much: the connection is dead
RECONNECT_SECONDS = (0.1, 2.0)  # first and longest pause between attempts to connect


class Line:
    """Connects when told to, waits longer and longer between attempts, and counts reconnects.

    ``readers``: file descriptor -> what to call when it is readable. ``unwatch`` is called with
    a descriptor before it is closed.
    """

    def __init__(
        self,
        pool: "redis.ConnectionPool",
        on_reply: Callable[[], None],
        on_wake: Callable[[], None],
    ) -> None:
        self.unwatch: Callable[[int], None] = lambda _fileno: None
        self.requests = BrokerSocket(pool, lambda fileno: self.unwatch(fileno))  # noqa: PLW0108
        self.waiting = BrokerSocket(pool, lambda fileno: self.unwatch(fileno))  # noqa: PLW0108
        self._handlers = ((self.requests, on_reply), (self.waiting, on_wake))
        self.readers: dict[int, Callable[[], None]] = {}
        self.reconnects, self._lost = 0, False
        self._pause, self._not_before = RECONNECT_SECONDS[0], 0.0

    @property
    def connected(self) -> bool:
        """Return whether there is a connection, as far as anyone knows."""
        return self.requests.fileno is not None

    def may_be_used(self, now: float) -> bool:
        """Return False while pausing between attempts to connect; ``now`` is monotonic."""
        return now >= self._not_before

    def connect(self) -> None:
        """Connect, and see to it that the broker knows the scripts.

        Raises:
            redis.RedisError, OSError: the broker cannot be reached; see :meth:`lose`.
        """
        for sock, _ in self._handlers:
            sock.connect()
        for script in (FINISH, RESERVE):
            self.requests.ask("SCRIPT", "LOAD", script.text)
        self.readers = {sock.fileno: on for sock, on in self._handlers if sock.fileno is not None}
        self._pause = RECONNECT_SECONDS[0]
        self.reconnects, self._lost = self.reconnects + self._lost, False

    def overdue(self, now: float) -> bool:
        """Return whether the reply to a request should long have come."""
        return self.requests.overdue(now, REPLY_TIMEOUT_SECONDS)

    def expect_replies(self, now: float) -> None:
        """Make sure that no reply is overdue.

        Raises:
            TimeoutError: one is; see :meth:`lose`.
        """
        waiting_too_long = self.waiting.overdue(now, REPLY_TIMEOUT_SECONDS + WAIT_SECONDS)
        if waiting_too_long or self.overdue(now):
            raise TimeoutError(SILENT)

    def replies(self) -> list[Any] | None:
        """Return the replies to all that was requested, or None while some have not arrived.

        Raises:
            redis.RedisError, OSError: the connection broke, the broker refused, or answered so
                late that another leads; see :meth:`lose`.
        """
        late = self.requests.overdue(time.monotonic(), LATE_SECONDS)
        replies = self.requests.receive()
        if late and replies is not None:
            self.requests.expect_to_lead()
        return replies

    def lose(self, error: Exception, leases: int) -> None:
        """Hang up after an error; ``leases`` are kept meanwhile."""
        if not self._lost:
            logger.warning("broker lost: %s; %d leases kept", error, leases)
        self._lost = True
        self.hang_up()
        self._not_before = time.monotonic() + self._pause
        self._pause = min(2 * self._pause, RECONNECT_SECONDS[1])

    def hang_up(self) -> None:
        """Close both connections."""
        self.readers = {}
        for sock, _ in self._handlers:
            sock.close()
