"""When each cron job last succeeded, kept in the broker for the sidecar to show."""

import time

import redis

from service.broker import keys
from service.telemetry.events import Attempt, Event, Outcome
from workers.registry import Registry


class CronSuccesses:
    """A listener that remembers successes of cron jobs until they are stored."""

    hears = (Attempt,)

    def __init__(self, registry: Registry) -> None:
        self._cron_jobs = {one.name for one in registry if one.cron_schedule is not None}
        self._unstored: dict[str, float] = {}

    def __call__(self, event: Event) -> None:
        """Remember a success of a job that has a schedule."""
        if not isinstance(event, Attempt) or event.task not in self._cron_jobs:
            return
        if event.outcome is Outcome.SUCCEEDED:
            self._unstored[event.task] = time.time()

    def store(self, client: "redis.Redis") -> None:
        """Write what is not stored yet; costs nothing where nothing happened."""
        taken = dict(self._unstored)
        if taken:
            client.hset(keys.CRON_SUCCESSES, mapping={k: str(v) for k, v in taken.items()})
            for task, when in taken.items():
                if self._unstored.get(task) == when:
                    del self._unstored[task]
