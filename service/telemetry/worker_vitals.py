"""What a worker's metrics ask the worker at scrape time, and the metric families made of it.

A read that fails leaves its metric out of that scrape; it never shows as zero.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Protocol

import structlog
from prometheus_client.metrics_core import Metric as Family

from service.telemetry.catalogue import WORKER_METRICS
from service.telemetry.samples import Numbers


class WorkerVitals(Protocol):
    """The worker's own state, read from a scrape's thread. Any read may raise."""

    @property
    def slots(self) -> int:
        """Jobs this worker can perform at once."""

    @property
    def draining(self) -> bool:
        """Whether the worker takes no new jobs."""

    @property
    def broker_reconnects(self) -> int:
        """Times the broker was lost and found again, since the start."""

    @property
    def version(self) -> str:
        """Headcount's version."""

    @property
    def celery_version(self) -> str:
        """Celery's version."""

    def loop_lag_seconds(self) -> float:
        """Return how long ago the event loop last turned, beyond its pace."""

    def memory_bytes(self) -> Mapping[str, int]:
        """Return role ("parent", "children") -> resident bytes."""


Reading = Mapping[tuple[str, ...], float]
"""Label values -> value."""


def _readings(vitals: WorkerVitals) -> dict[str, Callable[[], Reading]]:
    """Return metric name -> how to read it."""
    return {
        "headcount_worker_slots": lambda: {(): vitals.slots},
        "headcount_worker_draining": lambda: {(): float(vitals.draining)},
        "headcount_worker_loop_lag_seconds": lambda: {(): vitals.loop_lag_seconds()},
        "headcount_worker_memory_bytes": lambda: {
            (role,): size for role, size in vitals.memory_bytes().items()
        },
        "headcount_broker_reconnects_total": lambda: {(): vitals.broker_reconnects},
        "headcount_worker_info": lambda: {(vitals.version, vitals.celery_version): 1},
    }


class VitalSigns:
    """Reads the vitals one by one; logs the first failure of each."""

    def __init__(self, vitals: WorkerVitals) -> None:
        self._readings = _readings(vitals)
        self._reported: set[str] = set()

    def families(self) -> Iterator[Family]:
        """Yield one family per vital that could be read."""
        for name, read in self._readings.items():
            try:
                reading = read()
            except Exception as error:  # noqa: BLE001 - one unreadable vital hides no other
                self._report(name, error)
            else:
                yield _family(name, reading)

    def _report(self, name: str, error: Exception) -> None:
        if name not in self._reported:
            self._reported.add(name)
            log = structlog.get_logger("headcount.metrics")
            log.warning("vital_unreadable", metric=name, exc_info=error)


def _family(name: str, reading: Reading) -> Family:
    series = Numbers(WORKER_METRICS[name])
    for labels, value in reading.items():
        series.child(*labels).value = float(value)
    return series.family()
