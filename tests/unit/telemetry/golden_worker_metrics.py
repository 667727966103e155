"""The text that a worker's ``/metrics`` shows after a few attempts, every family in it.

Write the golden file again: ``python -m tests.unit.telemetry.golden_worker_metrics``.
"""

from pathlib import Path

from service.telemetry import metrics_text
from service.telemetry.catalogue import OTHER
from service.telemetry.events import ChildExit, ChildExited, Outcome
from tests.unit.telemetry.events_of_jobs import Worker, finished, received, started

GOLDEN = Path(__file__).with_name("golden_worker_metrics.txt")

MAIL, REPORT = "shop.Mail", 'shop."Report"\\'
NEVER_BEGUN = {"started_at": None, "wait_seconds": None, "duration_seconds": None}


def worker_text() -> str:
    """Return what a worker's ``/metrics`` shows in plain text."""
    return metrics_text.metrics_text(_worker().registry, "")[0].decode()


def _worker() -> Worker:
    worker = Worker(tasks=[("default", MAIL), ("low", REPORT)])
    worker.clock.now_seconds = 1030.5
    worker.hold(received(queue="critical", task=MAIL, redelivered=True))
    worker.hold(started(queue="low", task=REPORT, wait_seconds=61.5))
    failed = {"outcome": Outcome.FAILED, "error_type": "ValueError", "number": 4}
    for event in (
        finished(),
        finished(outcome=Outcome.RETRIED, error_type="OSError", end_to_end_seconds=None),
        finished(
            queue="low", task=REPORT, duration_seconds=2.5, end_to_end_seconds=900.5, **failed
        ),
        finished(outcome=Outcome.EXPIRED, end_to_end_seconds=5.5, **NEVER_BEGUN),
        finished(task=OTHER, outcome=Outcome.UNKNOWN, **NEVER_BEGUN),
        ChildExited(ChildExit.RECYCLED),
        ChildExited(ChildExit.KILLED),
    ):
        worker.metrics(event)
    return worker


if __name__ == "__main__":
    GOLDEN.write_text(worker_text(), encoding="utf-8")
