"""Owns what a worker's last report says about it: live, draining, silent or stuck.

Pure functions of a snapshot; ages are by the broker's clock.
"""

from typing import Literal

from service.broker.snapshot import WORKER_SILENT_SECONDS, Snapshot, WorkerState
from service.sidecar.times import in_words

StateName = Literal["live", "draining", "stuck", "silent"]

TROUBLE_FIRST: tuple[StateName, ...] = ("stuck", "silent", "draining", "live")
"""The order in which people are shown workers."""

LOOP_STUCK_SECONDS = 30.0
"""An event loop that has not turned for this long renews nothing and accepts nothing."""

IDLE_STUCK_SECONDS = 60.0
"""A free slot that accepts nothing for this long, beside waiting jobs, has lost its consumer."""

BACKLOG_SECONDS = WORKER_SILENT_SECONDS
"""A job must have been ready this long to speak against an idle worker.

One that came just now only means that the worker had nothing to do before it.
"""


def silence_seconds(snapshot: Snapshot, worker: WorkerState) -> float:
    """Return how long ago the worker last reported; clocks that step back count as 0."""
    return max(0.0, snapshot.as_of - worker.last_seen)


def is_live(snapshot: Snapshot, worker: WorkerState) -> bool:
    """Return whether the worker reported lately, draining or not."""
    return silence_seconds(snapshot, worker) <= WORKER_SILENT_SECONDS


def live_workers(snapshot: Snapshot) -> list[WorkerState]:
    """Return the workers that reported lately."""
    return [worker for worker in snapshot.workers if is_live(snapshot, worker)]


def silent_workers(snapshot: Snapshot) -> list[WorkerState]:
    """Return those that fell silent without a goodbye; the broker forgets them in 15 minutes."""
    return [worker for worker in snapshot.workers if not is_live(snapshot, worker)]


def consumers(snapshot: Snapshot, queue: str) -> list[WorkerState]:
    """Return the live workers that take new jobs from ``queue``."""
    live = live_workers(snapshot)
    return [worker for worker in live if queue in worker.queues and not worker.draining]


def why_stuck(snapshot: Snapshot, worker: WorkerState) -> str:
    """Return why a reporting worker makes no progress; "" if it does, or is draining.

    A draining worker's loop stands still on purpose: it waits for its running jobs.
    """
    if worker.draining:
        return ""
    if worker.loop_age_seconds > LOOP_STUCK_SECONDS:
        return f"its event loop has stood still for {in_words(worker.loop_age_seconds)}"
    waiting = _backlog(snapshot, worker)
    if worker.busy < worker.slots and worker.idle_seconds > IDLE_STUCK_SECONDS and waiting:
        idle = in_words(worker.idle_seconds)
        return f"it has accepted nothing for {idle} though jobs wait in {', '.join(waiting)}"
    return ""


def state_of(snapshot: Snapshot, worker: WorkerState) -> StateName:
    """Name the worker's state: the first that fits of silent, draining, stuck, live."""
    if not is_live(snapshot, worker):
        return "silent"
    if worker.draining:
        return "draining"
    return "stuck" if why_stuck(snapshot, worker) else "live"


def _backlog(snapshot: Snapshot, worker: WorkerState) -> list[str]:
    return [
        queue.name
        for queue in snapshot.queues
        if queue.name in worker.queues
        and queue.ready
        and queue.oldest_ready_age_seconds > BACKLOG_SECONDS
    ]
