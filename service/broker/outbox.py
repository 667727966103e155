"""Ended leases on their way to the broker. Nothing leaves it before the broker has confirmed."""

import logging
import threading
import time
from collections import deque
from collections.abc import Sequence
from functools import cache
from itertools import chain

import redis
from redis.exceptions import RedisError

from service.broker import keys
from service.broker.dead_limits import DEAD_SET_LIMIT
from service.broker.lease import End
from service.broker.scripts import FINISH, PreparedScript

logger = logging.getLogger("headcount.broker")

_KEYS = (
    keys.UNACKED,
    keys.UNACKED_INDEX,
    keys.LEDGER,
    keys.DEAD_RECORDS,
    keys.DEAD_MESSAGES,
)
_LIMITS = (DEAD_SET_LIMIT, keys.PREFIX)


class Outbox:
    """Ends in the order they happened. Any thread may add; sending one twice does no harm."""

    def __init__(self, client: "redis.Redis") -> None:
        self._client, self._ends = client, deque[End]()
        self._waiting_since = 0.0
        self._flushing = threading.Lock()

    def __len__(self) -> int:
        return len(self._ends)

    def tags(self) -> list[str]:
        """Return the tags of the leases that the broker still believes to be held."""
        return [end.tag for end in self._ends.copy()]

    def add(self, end: End) -> None:
        """Add one end."""
        if not self._ends:
            self._waiting_since = time.monotonic()
        self._ends.append(end)

    def waiting_seconds(self) -> float:
        """Return how long the first end has been waiting."""
        return time.monotonic() - self._waiting_since

    def drain(self) -> list[End]:
        """Take everything out, to be sent."""
        ends = []
        while self._ends:
            ends.append(self._ends.popleft())
        return ends

    def put_back(self, ends: Sequence[End]) -> None:
        """Put ends back in front: nobody knows whether the broker took them."""
        self._ends.extendleft(reversed(ends))

    def flush(self) -> None:
        """Send everything, blocking. What cannot be sent stays."""
        with self._flushing:
            ends = self.drain()
            if not ends:
                return
            try:
                end_leases(self._client, ends)
            except (RedisError, OSError) as error:
                self.put_back(ends)
                logger.warning("%d ended jobs wait for the broker: %s", len(ends), error)


def end_leases(client: "redis.Redis", ends: Sequence[End]) -> None:
    """End these leases now; those that are gone already count nothing."""
    FINISH(client, _KEYS, [*_LIMITS, *chain.from_iterable(ends)])


@cache
def finish_script() -> PreparedScript:
    """Return the script that ends leases; each end is its arguments."""
    return PreparedScript(FINISH, _KEYS, _LIMITS)
