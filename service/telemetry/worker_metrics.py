"""The metrics of a worker process: fed by events, asked for by scrapes.

A scrape copies the numbers under the lock that events take, and renders them outside it.
Owns no storage format (``samples``), no limits (``worker_series``), no reading of the
process (``worker_vitals``).
"""

import time
from collections.abc import Callable, Iterable, Iterator
from threading import RLock
from typing import Any

from prometheus_client.metrics_core import Metric as Family
from prometheus_client.registry import Collector

from service.queues import QUEUE_NAMES
from service.telemetry.catalogue import OTHER, TASK_LIMIT, WORKER_METRICS
from service.telemetry.events import (
    ChildExit,
    ChildExited,
    Event,
    JobFinished,
    JobReceived,
    JobStarted,
    Outcome,
)
from service.telemetry.families import empty_family
from service.telemetry.label_limits import LabelLimit
from service.telemetry.running_attempts import Attempt, Clock, RunningAttempts
from service.telemetry.worker_series import QueueSeries, WorkerSeries
from service.telemetry.worker_vitals import VitalSigns, WorkerVitals


class WorkerMetrics(Collector):
    """A listener that counts, and a prometheus_client collector of what it counted.

    ``queues``: those the worker consumes; events of any other count under ``_other``.
    ``tasks``: (queue, task) of the registered tasks; series of those it consumes start from 0.
    ``clock``: that of the events' ``started_at``, in seconds.
    """

    def __init__(
        self,
        vitals: WorkerVitals,
        queues: Iterable[str] = QUEUE_NAMES,
        tasks: Iterable[tuple[str, str]] = (),
        clock: Clock = time.monotonic,
    ) -> None:
        # A signal handler may emit an event while this thread is in here: hence reentrant.
        self._lock = RLock()
        self._vital_signs = VitalSigns(vitals)
        self._series = WorkerSeries()
        self._running = RunningAttempts(clock)
        self._known_tasks = LabelLimit(TASK_LIMIT)
        self._queues: dict[str, QueueSeries] = {}
        self._start_from_zero(queues, tasks)
        self._count: dict[type, Callable[[Any], None]] = {
            JobReceived: self._received,
            JobStarted: self._started,
            JobFinished: self._finished,
            ChildExited: self._child_exited,
        }

    def __call__(self, event: Event) -> None:
        """Count one event."""
        with self._lock:
            self._count[type(event)](event)

    def describe(self) -> Iterator[Family]:
        """Yield every family without samples, so that registering one costs no scrape."""
        return map(empty_family, WORKER_METRICS.values())

    def collect(self) -> Iterator[Family]:
        """Yield every family, less those of vitals that cannot be read."""
        with self._lock:
            self._take_gauges()
            taken = [series.family() for series in self._series.all()]
        yield from taken
        yield from self._vital_signs.families()

    def _received(self, event: JobReceived) -> None:
        self._queue(event.queue).received[event.redelivered].value += 1

    def _child_exited(self, event: ChildExited) -> None:
        self._series.child_exits.child(str(event.reason)).value += 1

    def _started(self, event: JobStarted) -> None:
        queue = self._queue(event.queue)
        task = queue.task(event.task, self._series.started)
        task.started.value += 1
        self._running.start(event.job_id, Attempt(queue.name, event.started_at, task.running))
        if event.wait_seconds is not None:
            queue.wait.observe(event.wait_seconds)

    def _finished(self, event: JobFinished) -> None:
        queue = self._queue(event.queue)
        self._running.finish(event.job_id)
        self._count_attempt(queue, event)
        if event.error_type is not None:
            queue.error(event.error_type).value += 1
        if event.outcome is not Outcome.RETRIED:
            self._count_job(queue, event)

    def _count_attempt(self, queue: QueueSeries, event: JobFinished) -> None:
        if event.outcome is Outcome.UNKNOWN:
            task = queue.unregistered()
        else:
            task = queue.task(event.task, self._series.processed)
        task.outcomes[event.outcome].value += 1
        if event.duration_seconds is not None:
            task.duration.observe(event.duration_seconds)
            queue.durations[event.outcome].observe(event.duration_seconds)

    def _count_job(self, queue: QueueSeries, event: JobFinished) -> None:
        queue.attempts.observe(event.attempt)
        if event.end_to_end_seconds is not None:
            queue.end_to_end.observe(event.end_to_end_seconds)

    def _queue(self, name: str) -> QueueSeries:
        return self._queues.get(name) or self._queues.get(OTHER) or self._add_queue(OTHER)

    def _add_queue(self, name: str) -> QueueSeries:
        queue = self._queues[name] = QueueSeries(self._series, name, self._known_tasks)
        return queue

    def _take_gauges(self) -> None:
        series, running = self._series, self._running
        series.busy_slots.child().value = float(len(running))
        series.busy_seconds.child().value = running.busy_seconds()
        for queue, age_seconds in running.oldest_seconds(self._queues).items():
            series.oldest_running.child(queue).value = age_seconds

    def _start_from_zero(self, queues: Iterable[str], tasks: Iterable[tuple[str, str]]) -> None:
        series = self._series
        for queue in queues:
            self._add_queue(queue)
        for queue, task in tasks:
            if queue in self._queues:
                self._queues[queue].expect(task)
        for reason in ChildExit:
            series.child_exits.child(str(reason))
        for limited in (series.started, series.processed, series.failures):
            series.dropped.child(limited.metric.name)
