"""Metrics of a worker that has seen as many tasks as are counted by name, each in every queue."""

import time
from collections.abc import Iterable, Mapping

from prometheus_client import CollectorRegistry
from prometheus_client.metrics_core import Metric as Family

from bench.many_tasks import NAMES
from service.queues import QUEUE_NAMES
from service.telemetry.attempts import Attempts
from service.telemetry.events import Attempt, Outcome
from service.telemetry.worker_metrics import WorkerMetrics


class FullWorker:
    """A worker's registry, and the events that fill it. ``tasks``: how many of the names."""

    def __init__(self, tasks: int = len(NAMES)) -> None:
        self._jobs = [(queue, name) for queue in QUEUE_NAMES for name in NAMES[:tasks]]
        self.metrics = WorkerMetrics(_Vitals(), Attempts(), tasks=self._jobs)
        self.registry = CollectorRegistry()
        self.registry.register(self.metrics)
        self._times = 0

    def series(self) -> int:
        """Return how many samples a scrape shows."""
        return sum(len(family.samples) for family in self.registry.collect())

    def work(self) -> None:
        """Let a job of each task in each queue come, start and succeed."""
        self._times += 1
        for number, (queue, task) in enumerate(self._jobs):
            attempt = Attempt(queue, task, f"{queue}-{task}")
            attempt.started_at, attempt.outcome = time.monotonic(), Outcome.SUCCEEDED
            seconds = (self._times + number) / 7
            attempt.wait_seconds = attempt.duration_seconds = seconds
            attempt.end_to_end_seconds = seconds
            self.metrics(attempt)


class Frozen:
    """A registry's families of one moment, their samples made."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self._families = [_made(family) for family in registry.collect()]

    def collect(self) -> Iterable[Family]:
        """Return them."""
        return self._families


def _made(family: Family) -> Family:
    made = Family(family.name, family.documentation, family.type)
    made.samples = family.samples
    return made


class _Vitals:
    slots = 8
    draining = False
    broker_reconnects = 0
    version = "1"
    celery_version = "5.7"

    def loop_lag_seconds(self) -> float:
        return 0.25

    def memory_bytes(self) -> Mapping[str, int]:
        return {"parent": 2**26, "children": 2**29}
