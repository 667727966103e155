"""Owns the health report: every check run and timed, and the worst of them.

What each check looks at is ``checks.py``'s; whether one pod's worker is stuck is ``probes.py``'s.
"""

from collections.abc import Callable
from dataclasses import dataclass
from time import perf_counter

from service.broker.snapshot import Snapshot
from service.sidecar.checks import CHECKS, Status, Verdict
from service.sidecar.reading import Reading

WORST_FIRST: tuple[Status, ...] = ("down", "degraded", "ok")


@dataclass(frozen=True, slots=True)
class Check:
    """One check's result. ``seconds``: what it took; for ``broker``, the read included."""

    status: Status
    detail: str
    seconds: float


@dataclass(frozen=True, slots=True)
class HealthReport:
    """All checks by name, and the worst status among them."""

    status: Status
    checks: dict[str, Check]


def report_health(reading: Reading) -> HealthReport:
    """Check everything in a reading; all checks are down while the broker is."""
    snapshot = reading.current
    checks = _without_broker(reading.reason) if snapshot is None else _with(snapshot)
    statuses = {check.status for check in checks.values()}
    worst = next(status for status in WORST_FIRST if status in statuses)
    return HealthReport(worst, checks)


def _with(snapshot: Snapshot) -> dict[str, Check]:
    return {name: _timed(name, check, snapshot) for name, check in CHECKS.items()}


def _timed(name: str, check: Callable[[Snapshot], Verdict], snapshot: Snapshot) -> Check:
    began = perf_counter()
    status, detail = check(snapshot)
    reading_seconds = snapshot.probe_seconds if name == "broker" else 0.0
    return Check(status, detail, round(reading_seconds + perf_counter() - began, 6))


def _without_broker(reason: str) -> dict[str, Check]:
    unknown = Check("down", "unknown: broker down", 0.0)
    return dict.fromkeys(CHECKS, unknown) | {"broker": Check("down", reason, 0.0)}
