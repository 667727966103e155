"""Owns the health checks: what is wrong with the whole of Headcount, in words to act on.

Pure functions of a snapshot. Dead jobs never count: HealthCheckWorker asks for this report, so
its own failures would feed back.
"""

from collections.abc import Callable
from typing import Literal

from service.broker.broker_state import broker_problems
from service.broker.snapshot import CronState, QueueState, Snapshot, WorkerState
from service.queues import QUEUES
from service.sidecar.times import in_words
from service.sidecar.worker_states import (
    consumers,
    live_workers,
    silence_seconds,
    silent_workers,
)

Status = Literal["ok", "degraded", "down"]
Verdict = tuple[Status, str]

OVERDUE_SECONDS = 5.0
BEAT_SILENT_SECONDS = 30.0
CRON_LATE_SECONDS = 60.0
MOST_NAMES = 5


def check_broker(snapshot: Snapshot) -> Verdict:
    """Down if it takes no writes; degraded by unsafe settings, or by memory nearly used up."""
    problems = [f"{check}: {text}" for check, text in broker_problems(snapshot.broker).items()]
    if snapshot.broker.refusal:
        return "down", "; ".join(problems)
    return _verdict(problems, f"answers in {snapshot.probe_seconds * 1000:.1f} ms")


def check_workers(snapshot: Snapshot) -> Verdict:
    """Down without a live worker; degraded by a queue nobody consumes or a silent worker."""
    live, silent = live_workers(snapshot), silent_workers(snapshot)
    gone = [f"silent without a goodbye: {_silences(snapshot, silent)}"] if silent else []
    if not live:
        return "down", "; ".join(["no live worker", *gone])
    orphans = [queue.name for queue in QUEUES if not consumers(snapshot, queue.name)]
    unserved = [_why_unserved(queue, live) for queue in orphans]
    slots = sum(worker.slots for worker in live)
    return _verdict(unserved + gone, f"{_count(len(live), 'live worker')}, {_count(slots, 'slot')}")


def check_queues(snapshot: Snapshot) -> Verdict:
    """Degraded by jobs that wait, or are overdue, beyond what their queue allows."""
    problems = [text for queue in snapshot.queues for text in _queue_problems(queue)]
    ready = sum(queue.ready for queue in snapshot.queues)
    return _verdict(problems, f"{_count(ready, 'ready job')}, none waiting too long")


def check_beat(snapshot: Snapshot) -> Verdict:
    """Degraded by a Beat that does not report, or by cron entries it has not dispatched."""
    tick, now = snapshot.beat_last_tick, snapshot.as_of
    late = [entry for entry in snapshot.cron if _is_late(entry, now)]
    problems = [f"overdue: {listed([_lateness(entry, now) for entry in late])}"] if late else []
    if tick is None:
        problems.insert(0, "Beat has never reported; is it running?")
    elif now - tick > BEAT_SILENT_SECONDS:
        problems.insert(0, f"Beat last reported {in_words(now - tick)} ago")
    return _verdict(problems, f"Beat reports; {_count(len(snapshot.cron), 'cron entry')}")


def check_ledger(snapshot: Snapshot) -> Verdict:
    """Degraded by jobs that the ledger cannot place."""
    problems = [_drift(queue) for queue in snapshot.queues if queue.drift]
    return _verdict(problems, "every job accounted for")


CHECKS: dict[str, Callable[[Snapshot], Verdict]] = {
    "broker": check_broker,
    "workers": check_workers,
    "queues": check_queues,
    "beat": check_beat,
    "ledger": check_ledger,
}


def _verdict(problems: list[str], fine: str) -> Verdict:
    return ("degraded", "; ".join(problems)) if problems else ("ok", fine)


def _queue_problems(queue: QueueState) -> list[str]:
    allowed = {one.name: one.wait_threshold_seconds for one in QUEUES}[queue.name]
    age, overdue, problems = queue.oldest_ready_age_seconds, queue.overdue_seconds, []
    if age > allowed:
        waits = f"the oldest of {_count(queue.ready, 'ready job')} has waited {in_words(age)}"
        problems.append(f"{queue.name}: {waits} (allowed {in_words(allowed)})")
    if overdue > OVERDUE_SECONDS:
        problems.append(f"{queue.name}: a scheduled job is overdue by {in_words(overdue)}")
    return problems


def _why_unserved(queue: str, live: list[WorkerState]) -> str:
    draining = [worker.name for worker in live if queue in worker.queues]
    if draining:
        return f"{queue}: all its workers are draining ({listed(draining)})"
    return f"{queue}: no live worker consumes it"


def _silences(snapshot: Snapshot, silent: list[WorkerState]) -> str:
    ages = [(worker.name, in_words(silence_seconds(snapshot, worker))) for worker in silent]
    return listed([f"{name} (for {age})" for name, age in ages])


def _is_late(entry: CronState, now: float) -> bool:
    return entry.next_due is not None and entry.next_due + CRON_LATE_SECONDS < now


def _lateness(entry: CronState, now: float) -> str:
    return f"{entry.task} (by {in_words(now - (entry.next_due or now))})"


def _drift(queue: QueueState) -> str:
    counts = queue.ledger
    ended = f"succeeded {counts.succeeded}, dead {counts.dead}, discarded {counts.discarded}"
    held = f"ready {queue.ready}, scheduled {queue.scheduled}, leased {queue.leased}"
    said = f"enqueued {counts.enqueued}, {ended}, moved {counts.moved}, {held}"
    return f"{queue.name}: drift {queue.drift:+d} ({said})"


def listed(names: list[str]) -> str:
    """Return names for a line: the first few, and how many there are beyond."""
    rest = len(names) - MOST_NAMES
    return ", ".join(names[:MOST_NAMES]) + (f" and {rest} more" if rest > 0 else "")


def _count(number: int, noun: str) -> str:
    plural = f"{noun[:-1]}ies" if noun.endswith("y") else f"{noun}s"
    return f"{number} {noun if number == 1 else plural}"
