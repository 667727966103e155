"""The metrics of a worker process: fed by attempts and children that end, asked for by scrapes.

What ended waits in a list, and is counted when a scrape asks or the list is full: a third of what
counting each at its end costs. A scrape counts the attempts still held as far as they have come,
and remembers which, so that nothing is counted twice. It copies the numbers under the lock that
counting takes, and renders them outside it. Owns no storage format (``samples``), no limits
(``worker_series``), no reading of the process (``worker_vitals``).
"""

import time
from collections import deque
from collections.abc import Iterable, Iterator
from threading import RLock

from prometheus_client.metrics_core import Metric as Family
from prometheus_client.registry import Collector

from service.queues import QUEUE_NAMES
from service.telemetry.attempts import Attempts
from service.telemetry.catalogue import OTHER, TASK_LIMIT, WORKER_METRICS
from service.telemetry.events import Attempt, ChildExit, Event, Outcome
from service.telemetry.families import empty_family
from service.telemetry.label_limits import LabelLimit
from service.telemetry.running_gauges import Clock, Running, RunningGauges
from service.telemetry.samples import Number
from service.telemetry.worker_series import QueueSeries, TaskSeries, WorkerSeries
from service.telemetry.worker_vitals import VitalSigns, WorkerVitals

UNCOUNTED_LIMIT = 256
"""Ends that may wait to be counted; they take about half a millisecond."""


class WorkerMetrics(Collector):
    """A listener that counts, and a prometheus_client collector of what it counted.

    ``attempts``: those the worker holds. ``queues``: those it consumes; attempts of any other
    count under ``_other``. ``tasks``: (queue, task) of the registered tasks; series of those it
    consumes start from 0. ``clock``: that of the attempts' ``started_at``, in seconds.
    ``canaries``: tasks that are no users' jobs. They count as what occupies slots, and in nothing
    by queue or task but the oldest running: a slot that a canary is stuck in is stuck.
    """

    def __init__(
        self,
        vitals: WorkerVitals,
        attempts: Attempts,
        queues: Iterable[str] = QUEUE_NAMES,
        tasks: Iterable[tuple[str, str]] = (),
        clock: Clock = time.monotonic,
        canaries: frozenset[str] = frozenset(),
    ) -> None:
        self._ended = deque[Event]()
        # A signal handler may end an attempt while this thread is counting: hence reentrant.
        self._lock = RLock()
        self._vital_signs = VitalSigns(vitals)
        self._attempts = attempts
        self._series = WorkerSeries()
        self._gauges = RunningGauges(self._series, clock)
        self._canaries, self._canaries_running = canaries, Number()
        self._known_tasks = LabelLimit(TASK_LIMIT)
        self._queues: dict[str, QueueSeries] = {}
        self._ahead: dict[Attempt, bool] = {}
        """Counted as received before their end -> whether as started too."""
        self._start_from_zero(queues, tasks)

    def __call__(self, event: Event) -> None:
        """Take one event, to be counted with others."""
        self._ended.append(event)
        if len(self._ended) >= UNCOUNTED_LIMIT:
            with self._lock:
                self._count_ended()

    @property
    def uncounted(self) -> int:
        """How many ends wait to be counted."""
        return len(self._ended)

    def describe(self) -> Iterator[Family]:
        """Yield every family without samples, so that registering one costs no scrape."""
        return map(empty_family, WORKER_METRICS.values())

    def collect(self) -> Iterator[Family]:
        """Yield every family, less those of vitals that cannot be read."""
        with self._lock:
            self._count_ended()
            self._count_held()
            taken = [series.family() for series in self._series.all()]
        yield from taken
        yield from self._vital_signs.families()

    def _count_ended(self) -> None:
        while self._ended:
            event = self._ended.popleft()
            if isinstance(event, Attempt):
                if event.task in self._canaries:
                    self._gauges.count_busy(event.duration_seconds or 0.0)
                else:
                    self._count(event)
            else:
                self._series.child_exits.child(str(event.reason)).value += 1
        for queue in self._queues.values():
            queue.settle()

    def _count(self, attempt: Attempt) -> None:
        queue = self._queue(attempt.queue)
        task = queue.task(attempt.task)
        self._count_beginning(attempt, queue, task)
        outcome, seconds = attempt.outcome, attempt.duration_seconds
        assert outcome is not None  # for it has ended
        task.outcomes[outcome].value += 1
        if seconds is not None:
            task.duration.count += 1
            task.duration.total += seconds
            durations = queue.durations[outcome]
            durations.observe(seconds)
            if seconds > durations.slowest:
                durations.slowest, durations.slowest_of = seconds, attempt
        if attempt.error_type is not None:
            queue.error(attempt.error_type).value += 1
        if outcome is not Outcome.RETRIED:
            queue.attempts.observe(attempt.number)
            if attempt.end_to_end_seconds is not None:
                queue.end_to_end.observe(attempt.end_to_end_seconds)
        if task.unnamed and attempt.task != OTHER:
            self._series.drop(self._series.processed)
            if seconds is not None:
                self._series.drop(self._series.task_duration)

    def _count_beginning(self, attempt: Attempt, queue: QueueSeries, task: TaskSeries) -> None:
        """Count that it was received, and started, unless a scrape has done so."""
        start_counted = self._ahead.pop(attempt, None) if self._ahead else None
        if start_counted is None:
            queue.received[attempt.redelivered].value += 1
        if attempt.started_at is not None and not start_counted:
            task.started.value += 1
            waited, waits = attempt.wait_seconds, queue.wait
            if waited is not None:
                waits.observe(waited)
                if waited > waits.slowest:
                    waits.slowest, waits.slowest_of = waited, attempt
            if task.unnamed and attempt.task != OTHER:
                self._series.drop(self._series.started)

    def _count_held(self) -> None:
        """Count attempts that have not ended as far as they have come."""
        running = []
        for attempt in self._attempts.held():
            queue, started_at = self._queue(attempt.queue), attempt.started_at
            counted_in = self._canaries_running
            if attempt.task not in self._canaries:
                task = queue.task(attempt.task)
                counted_in = task.running
                self._count_beginning(attempt, queue, task)
                self._ahead[attempt] = started_at is not None
            if started_at is not None:
                running.append(Running(queue.name, started_at, counted_in))
        self._gauges.show(running, self._queues)

    def _queue(self, name: str) -> QueueSeries:
        return self._queues.get(name) or self._queues.get(OTHER) or self._add_queue(OTHER)

    def _add_queue(self, name: str) -> QueueSeries:
        queue = self._queues[name] = QueueSeries(self._series, name, self._known_tasks)
        return queue

    def _start_from_zero(self, queues: Iterable[str], tasks: Iterable[tuple[str, str]]) -> None:
        series = self._series
        for queue in queues:
            self._add_queue(queue)
        for queue, task in tasks:
            if queue in self._queues and task not in self._canaries:
                self._queues[queue].task(task)
        for reason in ChildExit:
            series.child_exits.child(str(reason))
        for metric in series.limited():
            series.dropped.child(metric.name)
