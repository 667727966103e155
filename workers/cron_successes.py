"""When each cron job last succeeded, kept in the broker for the sidecar to show."""

import time

import redis

from service.broker import keys
from service.telemetry.events import Event, JobFinished, Outcome
from workers.registry import Registry


class CronSuccesses:
    """A listener that remembers successes of cron jobs until they are stored."""

    hears = (JobFinished,)

    def __init__(self, registry: Registry) -> None:
        self._registry = registry
        self._unstored: dict[str, float] = {}

    def __call__(self, event: Event) -> None:
        """Remember a success of a job that has a schedule."""
        if isinstance(event, JobFinished) and event.outcome is Outcome.SUCCEEDED:
            worker = self._registry.get(event.task)
            if worker is not None and worker.cron_schedule is not None:
                self._unstored[event.task] = time.time()

    def store(self, client: "redis.Redis") -> None:
        """Write what is not stored yet; costs nothing where nothing happened."""
        taken = dict(self._unstored)
        if taken:
            client.hset(keys.CRON_SUCCESSES, mapping={k: str(v) for k, v in taken.items()})
            for task, when in taken.items():
                if self._unstored.get(task) == when:
                    del self._unstored[task]
