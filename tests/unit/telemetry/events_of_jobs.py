"""Events with everything filled in, and a worker whose vitals are known."""

from collections.abc import Iterable, Mapping
from typing import Any

from prometheus_client import CollectorRegistry

from service.telemetry.events import JobFinished, JobStarted, Outcome
from service.telemetry.worker_metrics import WorkerMetrics


class Vitals:
    slots = 8
    draining = False
    broker_reconnects = 2
    version = "0.1.0"
    celery_version = "5.7.0"

    def loop_lag_seconds(self) -> float:
        return 0.25

    def memory_bytes(self) -> Mapping[str, int]:
        return {"parent": 100, "children": 800}


class Clock:
    """A monotonic clock that a test moves."""

    now_seconds = 1000.0

    def __call__(self) -> float:
        return self.now_seconds


class Worker:
    """Worker metrics and what a scrape of them shows."""

    def __init__(self, vitals: Any = None, tasks: Iterable[tuple[str, str]] = ()) -> None:
        self.clock = Clock()
        self.metrics = WorkerMetrics(vitals or Vitals(), tasks=tasks, clock=self.clock)
        self.registry = CollectorRegistry()
        self.registry.register(self.metrics)

    def sample(self, name: str, **labels: str) -> float | None:
        return self.registry.get_sample_value(name, labels)


def started(**changes: Any) -> JobStarted:
    event: dict[str, Any] = {
        "queue": "default",
        "task": "shop.Mail",
        "job_id": "job-1",
        "started_at": 1000.0,
        "wait_seconds": 0.02,
    }
    return JobStarted(**{**event, **changes})


def finished(**changes: Any) -> JobFinished:
    event: dict[str, Any] = {
        "queue": "default",
        "task": "shop.Mail",
        "job_id": "job-1",
        "attempt": 1,
        "correlation_id": "job-1",
        "outcome": Outcome.SUCCEEDED,
        "wait_seconds": 0.02,
        "duration_seconds": 0.3,
        "end_to_end_seconds": 0.4,
    }
    return JobFinished(**{**event, **changes})
