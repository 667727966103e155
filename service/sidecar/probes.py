"""Owns what Kubernetes' probes ask: does this host's worker make progress, does it take jobs.

A broker outage is never the worker's fault: liveness stays 200 through it, and gives workers
time to report again once it is over. Pure functions of a reading.
"""

from dataclasses import dataclass
from typing import Literal

from service.broker.snapshot import Snapshot, WorkerState
from service.sidecar.reading import Reading
from service.sidecar.times import in_words
from service.sidecar.worker_states import is_live, live_workers, silence_seconds, why_stuck

SILENT_STUCK_SECONDS = 30.0
"""A worker silent this long, while the broker was readable all that time, is frozen or gone."""


@dataclass(frozen=True, slots=True)
class Probe:
    """A probe's answer: 200 when ``status`` is ok, else 503; ``detail`` says why."""

    status: Literal["ok", "stuck", "not_ready"]
    detail: str


def liveness(reading: Reading, hostname: str) -> Probe:
    """Tell whether the workers of ``hostname`` make progress; what cannot be known is ok."""
    snapshot = reading.current
    if snapshot is None:
        return Probe("ok", f"unknown while the broker is down: {reading.reason}")
    workers = _workers_of(snapshot, hostname)
    if not workers:
        return Probe("ok", f"no worker of {hostname} has reported; it may be starting")
    problems = [
        *(f"{worker.name}: {text}" for worker in workers if (text := _stuck(snapshot, worker))),
        *_silences(snapshot, workers, reading.readable_seconds),
    ]
    if problems:
        return Probe("stuck", "; ".join(problems))
    return Probe("ok", f"making progress: {', '.join(worker.name for worker in workers)}")


def readiness(reading: Reading, hostname: str) -> Probe:
    """Tell whether a worker of ``hostname`` is live, consumes its queues and is not draining."""
    snapshot = reading.current
    if snapshot is None:
        return Probe("not_ready", f"unknown while the broker is down: {reading.reason}")
    workers = _workers_of(snapshot, hostname)
    if not workers:
        return Probe("not_ready", f"no worker of {hostname} has reported yet")
    reasons = {worker.name: _why_not_ready(snapshot, worker) for worker in workers}
    ready = [worker for worker in workers if not reasons[worker.name]]
    if not ready:
        return Probe("not_ready", "; ".join(f"{name}: {why}" for name, why in reasons.items()))
    queues = {queue.name for queue in snapshot.queues} & {q for w in ready for q in w.queues}
    return Probe("ok", f"{', '.join(w.name for w in ready)}: consuming {', '.join(sorted(queues))}")


def _workers_of(snapshot: Snapshot, hostname: str) -> list[WorkerState]:
    return [worker for worker in snapshot.workers if worker.host == hostname]


def _stuck(snapshot: Snapshot, worker: WorkerState) -> str:
    return why_stuck(snapshot, worker) if is_live(snapshot, worker) else ""


def _silences(snapshot: Snapshot, workers: list[WorkerState], readable_seconds: float) -> list[str]:
    """Name the workers that fell silent while they could have reported.

    The report of a killed process stays for 15 minutes: once its successor on this host reports,
    it speaks no longer against the pod, which would else be restarted again and again.
    """
    if readable_seconds <= SILENT_STUCK_SECONDS or any(is_live(snapshot, w) for w in workers):
        return []
    silences = [(worker.name, silence_seconds(snapshot, worker)) for worker in workers]
    return [
        f"{name}: silent for {in_words(seconds)} without a goodbye"
        for name, seconds in silences
        if seconds > SILENT_STUCK_SECONDS
    ]


def _why_not_ready(snapshot: Snapshot, worker: WorkerState) -> str:
    if worker not in live_workers(snapshot):
        return f"silent for {in_words(silence_seconds(snapshot, worker))}"
    if worker.draining:
        return "draining"
    return why_stuck(snapshot, worker) or ("" if worker.queues else "consumes no queue")
