"""What a scrape shows of the attempts being performed now, and of the time spent on attempts."""

import time
from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

from service.telemetry.samples import Number
from service.telemetry.worker_series import WorkerSeries

Clock = Callable[[], float]
"""Seconds that only grow, of the same origin as an attempt's ``started_at``."""


class Running(NamedTuple):
    """One attempt being performed. ``counted_in`` is the gauge of its task."""

    queue: str
    started_at: float
    counted_in: Number


class RunningGauges:
    """Sets the gauges of running work anew at each scrape, so that none has to be taken back."""

    def __init__(self, series: WorkerSeries, clock: Clock = time.monotonic) -> None:
        self._series, self._clock = series, clock
        self._shown: Sequence[Running] = ()
        self._shown_seconds = 0.0
        self._uncounted_seconds = 0.0

    def show(self, running: Sequence[Running], queues: Iterable[str]) -> None:
        """Show these attempts; ``queues`` are those to show a 0 of where none runs."""
        for one in self._shown:
            one.counted_in.value = 0.0
        for one in running:
            one.counted_in.value += 1
        self._shown = running
        self._series.busy_slots.child().value = float(len(running))
        self._show_ages(running, queues)

    def count_busy(self, seconds: float) -> None:
        """Count what an attempt occupied its slot for that no task's duration shows."""
        self._uncounted_seconds += seconds

    def _show_ages(self, running: Sequence[Running], queues: Iterable[str]) -> None:
        now = self._clock()
        ages = [(one.queue, max(0.0, now - one.started_at)) for one in running]
        for name in queues:
            oldest = max((age for queue, age in ages if queue == name), default=0.0)
            self._series.oldest_running.child(name).value = oldest
        counted_seconds = sum(task.total for task in self._series.task_duration.children())
        ended_seconds = counted_seconds + self._uncounted_seconds
        # An attempt can end a hair before it was seen running: a counter that shrinks is a restart.
        self._shown_seconds = max(self._shown_seconds, ended_seconds + sum(age for _, age in ages))
        self._series.busy_seconds.child().value = self._shown_seconds
