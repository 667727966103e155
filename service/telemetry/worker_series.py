"""Every series that events feed, and the children found once per queue and task, then kept.

Holds the limits on label values. Knows no events; whoever counts guards it with a lock.
"""

from collections.abc import Callable
from functools import partial
from operator import attrgetter
from typing import TypeVar

from service.telemetry.catalogue import ERROR_TYPE_LIMIT, OTHER, WORKER_METRICS, Metric
from service.telemetry.events import Outcome
from service.telemetry.exemplified import ExemplifiedHistogram, ExemplifiedSeries
from service.telemetry.label_limits import LabelLimit
from service.telemetry.samples import Histogram, Number, Numbers, Series, Summary

KeyT = TypeVar("KeyT")
ChildT = TypeVar("ChildT")

ENDS_OF_STARTED = (
    Outcome.SUCCEEDED,
    Outcome.FAILED,
    Outcome.RETRIED,
    Outcome.TIMED_OUT,
    Outcome.LOST,
    Outcome.REJECTED,
)
"""How an attempt that a slot began can end: counted from zero, so that first ones show."""


class Found(dict[KeyT, ChildT]):
    """A dict that finds what it lacks once; after that a child costs one look-up."""

    def __init__(self, find: Callable[[KeyT], ChildT]) -> None:
        super().__init__()
        self._find = find

    def __missing__(self, key: KeyT) -> ChildT:
        child = self[key] = self._find(key)
        return child


class WorkerSeries:
    """One series per metric of the catalogue that events feed."""

    def __init__(self) -> None:
        self.received = _numbers("headcount_jobs_received_total")
        self.started = _numbers("headcount_jobs_started_total")
        self.processed = _numbers("headcount_jobs_processed_total")
        self.failures = _numbers("headcount_job_failures_total")
        self.wait = _exemplified("headcount_job_wait_seconds", "started_at")
        self.duration = _exemplified("headcount_job_duration_seconds", "ended_at")
        self.end_to_end = _histograms("headcount_job_end_to_end_seconds")
        self.attempts = _histograms("headcount_job_attempts")
        self.task_duration = Series(WORKER_METRICS["headcount_task_duration_seconds"], Summary)
        self.running = _numbers("headcount_jobs_running")
        self.oldest_running = _numbers("headcount_job_oldest_running_seconds")
        self.busy_slots = _numbers("headcount_worker_busy_slots")
        self.busy_seconds = _numbers("headcount_worker_busy_seconds_total")
        self.child_exits = _numbers("headcount_worker_child_exits_total")
        self.dropped = _numbers("headcount_series_dropped_total")

    def all(self) -> list[Numbers | Series[Summary] | Series[Histogram] | ExemplifiedSeries]:
        """Return every series."""
        return list(vars(self).values())

    def limited(self) -> list[Metric]:
        """Return the metrics whose samples may be filed under ``_other``, and are counted then."""
        limited = (self.started, self.processed, self.task_duration, self.failures)
        return [series.metric for series in limited]

    def drop(self, series: Numbers | Series[Summary]) -> None:
        """Count a sample that is filed under ``_other``."""
        self.dropped.child(series.metric.name).value += 1


class TaskSeries:
    """What is counted for one task in one queue."""

    __slots__ = ("duration", "outcomes", "running", "started", "unnamed")

    def __init__(self, series: WorkerSeries, queue: str, task: str) -> None:
        self.unnamed = task == OTHER
        self.started = series.started.child(queue, task)
        self.running = series.running.child(queue, task)
        self.duration = series.task_duration.child(queue, task)
        self.outcomes = Found[Outcome, Number](
            lambda end: series.processed.child(queue, task, str(end))
        )
        for outcome in ENDS_OF_STARTED:
            _ = self.outcomes[outcome]


class QueueSeries:
    """What is counted for one queue, and for its tasks and error types within their limits.

    ``known_tasks`` limits the tasks of all queues together; past it they share ``_other``.
    """

    def __init__(self, series: WorkerSeries, queue: str, known_tasks: LabelLimit) -> None:
        self.name = queue
        self._series = series
        self._known_tasks = known_tasks
        self._known_errors = LabelLimit(ERROR_TYPE_LIMIT)
        self._tasks = Found(partial(TaskSeries, series, queue))
        self._errors = Found(partial(series.failures.child, queue))
        self.received = Found[bool, Number](
            lambda again: series.received.child(queue, str(again).lower())
        )
        self.wait = series.wait.child(queue)
        self.end_to_end = series.end_to_end.child(queue)
        self.attempts = series.attempts.child(queue)
        self.durations = Found[Outcome, ExemplifiedHistogram](
            lambda end: series.duration.child(queue, str(end))
        )
        self._start_from_zero()

    def task(self, name: str) -> TaskSeries:
        """Return a task's children; past the limit, those of ``_other``."""
        known = self._tasks.get(name)
        if known is not None:
            return known
        named = name != OTHER and self._known_tasks.admits(name)
        return self._tasks[name if named else OTHER]

    def error(self, error_type: str) -> Number:
        """Return the failures of an exception class, or of ``_other``: then one was dropped."""
        if error_type in self._errors or self._known_errors.admits(error_type):
            return self._errors[error_type]
        self._series.drop(self._series.failures)
        return self._errors[OTHER]

    def settle(self) -> None:
        """Sort what the histograms have observed since into their buckets."""
        for histogram in (self.wait, self.end_to_end, self.attempts, *self.durations.values()):
            histogram.settle()

    def _start_from_zero(self) -> None:
        for redelivered in (False, True):
            _ = self.received[redelivered]
        for outcome in ENDS_OF_STARTED:
            _ = self.durations[outcome]


def _numbers(name: str) -> Numbers:
    return Numbers(WORKER_METRICS[name])


def _histograms(name: str) -> Series[Histogram]:
    metric = WORKER_METRICS[name]
    return Series(metric, partial(Histogram, metric.buckets))


def _exemplified(name: str, observed_at: str) -> ExemplifiedSeries:
    return ExemplifiedSeries(WORKER_METRICS[name], attrgetter(observed_at))
