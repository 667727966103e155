"""Attempts with everything filled in, and a worker whose vitals are known."""

from collections.abc import Iterable, Mapping
from typing import Any

from prometheus_client import CollectorRegistry

from service.telemetry.attempts import Attempts
from service.telemetry.events import Attempt, Outcome
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

    def __init__(
        self,
        vitals: Any = None,
        tasks: Iterable[tuple[str, str]] = (),
        canaries: frozenset[str] = frozenset(),
    ) -> None:
        self.clock = Clock()
        self.attempts = Attempts()
        self.metrics = WorkerMetrics(
            vitals or Vitals(), self.attempts, tasks=tasks, clock=self.clock, canaries=canaries
        )
        self.registry = CollectorRegistry()
        self.registry.register(self.metrics)

    def hold(self, attempt: Attempt) -> Attempt:
        """Let the worker hold an attempt."""
        self.attempts.receive(attempt)
        return attempt

    def end(self, attempt: Attempt, **known: Any) -> None:
        """End an attempt that is held, with what is known of it."""
        ended = finished(**known)
        for name in ("outcome", "duration_seconds", "end_to_end_seconds", "error_type"):
            setattr(attempt, name, getattr(ended, name))
        self.metrics(attempt)

    def sample(self, name: str, **labels: str) -> float | None:
        return self.registry.get_sample_value(name, labels)


def received(**changes: Any) -> Attempt:
    return _attempt({}, changes)


def started(**changes: Any) -> Attempt:
    return _attempt({"started_at": 1000.0, "wait_seconds": 0.02}, changes)


def finished(**changes: Any) -> Attempt:
    known = {"outcome": Outcome.SUCCEEDED, "duration_seconds": 0.3, "end_to_end_seconds": 0.4}
    return _attempt({"started_at": 1000.0, "wait_seconds": 0.02, **known}, changes)


def _attempt(known: dict[str, Any], changes: dict[str, Any]) -> Attempt:
    attempt = Attempt("default", "shop.Mail", "job-1", correlation_id="job-1")
    for name, value in {**known, **changes}.items():
        setattr(attempt, name, value)
    return attempt
