"""What must happen by the clock in every worker, and some of it in sidecars, in its own thread.

A thread, because the event loop stands still while the pool drains: leases are renewed all the
same, and due jobs are promoted. Chores that others add run here too.
"""

import logging
import threading
import time
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field

import redis
from redis.exceptions import RedisError, ResponseError

from service.broker import keys
from service.broker.scripts import PROMOTE, RENEW
from service.queues import QUEUE_NAMES

logger = logging.getLogger("headcount.broker")

PROMOTE_SECONDS = 0.25, 1.0
"""Between looks at the schedules: at least, at most. In between, when the next job is due."""

AGAIN_SECONDS = 0.5  # after the broker did not answer
PROMOTE_AT_ONCE = 100
"""Keeps the broker from others for half a millisecond; 500 would for 2.5, and are no cheaper."""

PROMOTIONS_A_TURN = 50
"""Then leases are renewed, if it is time: millions may be due at once."""

RENEW_AT_ONCE = 1000


@dataclass(slots=True)
class Chore:
    """Something to do every so many seconds. It may raise: it is tried again at its next turn.

    It may return after how many seconds its next turn shall be, if sooner.
    """

    name: str
    every_seconds: float
    do: Callable[[], object]
    due: float = field(default=0.0)


class Keeper:
    """Runs chores by the clock until stopped. Create it, add chores, start it once.

    ``guard``: held around each chore, for processes that fork.
    """

    def __init__(self, guard: AbstractContextManager[object] | None = None) -> None:
        self._guard = guard or nullcontext()
        self._chores: list[Chore] = []
        self._stopped = threading.Event()
        self._failing: set[str] = set()
        self._thread = threading.Thread(target=self._run, name="headcount-keeper", daemon=True)

    def add(self, name: str, every_seconds: float, do: Callable[[], object]) -> None:
        """Add a chore; its first turn comes at once."""
        self._chores.append(Chore(name, every_seconds, do))

    def hurry(self, name: str) -> None:
        """Let a chore have its next turn now, or as soon as the one under way is done."""
        for chore in self._chores:
            if chore.name == name:
                chore.due = 0.0

    def start(self) -> None:
        """Start the thread."""
        self._thread.start()

    def stop(self) -> None:
        """Stop after the chore under way."""
        self._stopped.set()

    def _run(self) -> None:
        while not self._stopped.is_set():
            pause = AGAIN_SECONDS if not self._do_due() else self._until_next()
            self._stopped.wait(pause)

    def _until_next(self) -> float:
        return max(0.01, min(chore.due for chore in self._chores) - time.monotonic())

    def _do_due(self) -> bool:
        """Do what is due; return False if the broker is away: the first chore comes first again."""
        for chore in list(self._chores):
            now = time.monotonic()
            if now >= chore.due:
                chore.due = now + chore.every_seconds
                with self._guard:
                    done = self._do(chore)
                if not done:
                    chore.due = now
                    return False
        return True

    def _do(self, chore: Chore) -> bool:
        """Return False if the broker did not answer."""
        try:
            sooner = chore.do()
            if isinstance(sooner, float):
                chore.due = min(chore.due, time.monotonic() + sooner)
            self._failing.discard(chore.name)
        except (RedisError, OSError) as error:
            if chore.name not in self._failing:
                logger.warning("%s waits for the broker: %s", chore.name, error)
            self._failing.add(chore.name)
            return isinstance(error, ResponseError)
        except Exception:  # without its keeper a worker would lose its leases
            logger.exception("%s failed", chore.name)
        return True


def keep_promoting(keeper: Keeper, client: "redis.Redis") -> None:
    """Let due jobs be promoted as long as this keeper runs; any number of processes may."""
    keeper.add("promotion", PROMOTE_SECONDS[1], lambda: promote_due(client, QUEUE_NAMES))


def promote_due(client: "redis.Redis", queues: tuple[str, ...]) -> float:
    """Move due jobs into their queues, some thousands at most; return in how many seconds again."""
    names = [key for q in queues for key in (keys.scheduled(q), q, keys.wake(q))]
    for _ in range(PROMOTIONS_A_TURN):
        moved, due_next = PROMOTE(client, names, (PROMOTE_AT_ONCE,))
        if moved < PROMOTE_AT_ONCE:
            least, most = PROMOTE_SECONDS
            return min(max(least, float(due_next or most)), most)
    return 0.0


def renew(client: "redis.Redis", tags: list[str]) -> None:
    """Renew these leases."""
    for start in range(0, len(tags), RENEW_AT_ONCE):
        RENEW(client, [keys.UNACKED_INDEX], tags[start : start + RENEW_AT_ONCE])
