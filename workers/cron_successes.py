"""When each cron job last succeeded, and how long a canary took then, for the sidecar to show."""

import time

import redis

from service.broker import keys
from service.telemetry.events import Attempt, Event, Outcome
from workers.jobs.canary import canary_names
from workers.registry import Registry


class CronSuccesses:
    """A listener that remembers successes of cron jobs until they are stored."""

    hears = (Attempt,)

    def __init__(self, registry: Registry) -> None:
        self._cron_jobs = {one.name for one in registry if one.cron_schedule is not None}
        self._canaries = canary_names(registry)
        self._unstored: dict[str, tuple[float, float | None]] = {}
        """Task -> when it succeeded, and its seconds from due time to end, if they are known."""

    def __call__(self, event: Event) -> None:
        """Remember a success of a job that has a schedule."""
        if not isinstance(event, Attempt) or event.task not in self._cron_jobs:
            return
        if event.outcome is Outcome.SUCCEEDED:
            self._unstored[event.task] = time.time(), event.end_to_end_seconds

    def store(self, client: "redis.Redis") -> None:
        """Write what is not stored yet; costs nothing where nothing happened."""
        taken = dict(self._unstored)
        if not taken:
            return
        with client.pipeline() as together:
            for task, (when, round_trip) in taken.items():
                together.hset(keys.CRON_SUCCESSES, task, str(when))
                if task in self._canaries and round_trip is not None:
                    together.hset(keys.CANARIES, task, str(round_trip))
            together.execute()
        for task, success in taken.items():
            if self._unstored.get(task) == success:
                del self._unstored[task]
