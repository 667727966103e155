"""The attempts being performed now, by job id, and the time slots have spent on attempts.

The one place gauges of running work come from: an attempt that was never started cannot end.
"""

import time
from collections.abc import Callable, Iterable
from typing import NamedTuple

from service.telemetry.samples import Number

Clock = Callable[[], float]
"""Seconds that only grow, of the same origin as an event's ``started_at``."""


class Attempt(NamedTuple):
    """One attempt under way. ``running`` is the gauge it is counted in while it lasts."""

    queue: str
    started_at: float
    running: Number


class RunningAttempts:
    """Attempts enter when they start and leave when they end; each leaves once at most."""

    def __init__(self, clock: Clock = time.monotonic) -> None:
        self._clock = clock
        self._attempts: dict[str, Attempt] = {}
        self._ended_seconds = 0.0
        self._shown_seconds = 0.0

    def __len__(self) -> int:
        return len(self._attempts)

    def start(self, job_id: str, attempt: Attempt) -> None:
        """Enter an attempt; an earlier one of the same job, whose end nobody told, leaves."""
        self.finish(job_id)
        self._attempts[job_id] = attempt
        attempt.running.value += 1

    def finish(self, job_id: str) -> None:
        """Take the job's attempt out, if one is in."""
        attempt = self._attempts.pop(job_id, None)
        if attempt is not None:
            attempt.running.value -= 1
            # By the clock, not the event's duration: what a scrape has shown never shrinks.
            self._ended_seconds += self._elapsed(attempt, self._clock())

    def busy_seconds(self) -> float:
        """Return the time spent on all attempts so far, those still running included."""
        now = self._clock()
        running = sum(self._elapsed(attempt, now) for attempt in self._attempts.values())
        # Sums round differently as attempts end; a counter that shrinks by a hair has restarted.
        self._shown_seconds = max(self._shown_seconds, self._ended_seconds + running)
        return self._shown_seconds

    def oldest_seconds(self, queues: Iterable[str]) -> dict[str, float]:
        """Return queue -> age of its oldest attempt, 0 where none runs."""
        now = self._clock()
        ages = dict.fromkeys(queues, 0.0)
        for attempt in self._attempts.values():
            age = self._elapsed(attempt, now)
            ages[attempt.queue] = max(age, ages.get(attempt.queue, 0.0))
        return ages

    @staticmethod
    def _elapsed(attempt: Attempt, now: float) -> float:
        return max(0.0, now - attempt.started_at)
