"""The faults: how each is caused and cured, which alert it must raise, and which others it may."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from drill.load import Load
from drill.stack import Stack
from service.broker import keys

LATE = (
    "HeadcountObjectiveBurnsFast",
    "HeadcountObjectiveBurnsSlowly",
    "HeadcountOldestJobTooOld",
    "HeadcountQueueWillNotDrain",
    "HeadcountWorkersSaturated",
)
"""What may follow wherever jobs have to wait."""

DEAD = (
    "HeadcountFailuresHigh",
    "HeadcountDeadSetGrowing",
    "HeadcountObjectiveBurnsFast",
    "HeadcountObjectiveBurnsSlowly",
)
"""What may follow wherever jobs die."""

LINGERS = frozenset({"HeadcountObjectiveBurnsSlowly"})
"""Told of for hours after the cure, as it looks back so far."""

LOST_WORKER = ("HeadcountWorkerSilent", "HeadcountLeasesExpire")

Act = Callable[[Stack, Load], object]


@dataclass(frozen=True, slots=True)
class Fault:
    """``alert`` must be told of within so many seconds, and ``also`` may; nothing else may.

    ``again``: what is done every second until the alert is told, where one moment is no fault.
    """

    name: str
    alert: str
    cause: Act
    cure: Act
    also: Sequence[str] = ()
    within_seconds: float = 60
    again: bool = False


def _some(worker: str, many: int, *arguments: object) -> Act:
    """Return what enqueues jobs of a class of ``drill.jobs``."""
    return lambda _stack, load: getattr(load.jobs, worker).perform_bulk([arguments] * many)


def _kill_at_work(stack: Stack, load: Load) -> None:
    """Kill a worker that holds jobs."""
    load.jobs.CriticalNap.perform_bulk([(2.0,)] * 8)
    time.sleep(1)
    stack.workers[0].kill()


def _drop_dead(stack: Stack, _load: Load) -> None:
    stack.run("dead", "drop", "--all", "--yes")


def _freeze_children(stack: Stack, load: Load) -> None:
    """Freeze them while all are at work: workers with a free slot would be told of as stuck."""
    load.jobs.CriticalNap.perform_bulk([(2.0,)] * 8)
    time.sleep(1)
    for worker in stack.workers:
        worker.freeze(children=True)


def _thaw(stack: Stack, _load: Load) -> None:
    for worker in stack.workers:
        worker.thaw()


def _restart_workers(stack: Stack, queues: str) -> None:
    for worker in stack.workers:
        worker.stop()
        worker.start(HEADCOUNT_QUEUES=queues)


def _fill(stack: Stack, _load: Load) -> None:
    used = int(stack.client.info("memory")["used_memory"])
    stack.client.config_set("maxmemory", used * 98 // 100)  # what it frees meanwhile is less


def _tamper(by: int) -> Act:
    return lambda stack, _load: stack.client.hincrby(keys.LEDGER, "default:enqueued", by)


def _break(what: str) -> Act:
    return lambda stack, load: stack.client.set(load.jobs.broken(what), 1)


def _mend(what: str) -> Act:
    return lambda stack, load: stack.client.delete(load.jobs.broken(what))


def _retry_many(stack: Stack, load: Load) -> None:
    _break("shop")(stack, load)
    load.jobs.Retrying.perform_bulk([()] * 40)


FAULTS: Sequence[Fault] = (
    Fault(
        "worker killed",
        "HeadcountLeasesExpire",
        cause=_kill_at_work,
        cure=lambda stack, _: stack.workers[0].start(),
        also=LOST_WORKER,
    ),
    Fault(
        "worker frozen",
        "HeadcountWorkerSilent",
        cause=lambda stack, _: stack.workers[0].freeze(),
        cure=_thaw,
        also=LOST_WORKER,
    ),
    Fault(
        "children frozen",
        "HeadcountQueueStalled",
        cause=_freeze_children,
        cure=_thaw,
        also=("HeadcountWorkerStuck", *LATE),
    ),
    Fault(
        "broker stopped",
        "HeadcountBrokerDown",
        cause=lambda stack, _: stack.broker.stop(),
        cure=lambda stack, _: stack.broker.start(),
    ),
    Fault(
        "broker refuses writes",
        "HeadcountBrokerRefusesWrites",
        cause=lambda stack, _: stack.client.config_set("min-replicas-to-write", 1),
        cure=lambda stack, _: stack.client.config_set("min-replicas-to-write", 0),
        also=LOST_WORKER,
    ),
    Fault(
        "broker full",
        "HeadcountBrokerFull",
        cause=_fill,
        cure=lambda stack, _: stack.client.config_set("maxmemory", "256mb"),
        also=("HeadcountBrokerMemoryHigh",),
        again=True,  # what it uses shrinks meanwhile
    ),
    Fault(
        "poison jobs",
        "HeadcountChildrenKilled",
        cause=_some("Poison", 4),
        cure=_drop_dead,
        also=DEAD,
    ),
    Fault(
        "failing jobs",
        "HeadcountFailuresHigh",
        cause=_some("Failing", 2),
        cure=_drop_dead,
        also=DEAD,
        again=True,
    ),
    Fault(
        "jobs that are only retried",
        "HeadcountRetryStorm",
        cause=_retry_many,
        cure=_mend("shop"),
        within_seconds=90,
    ),
    Fault(
        "slow jobs",
        "HeadcountWorkersSaturated",
        cause=_some("Nap", 8, 1.0),
        cure=lambda stack, _: stack.purge("default"),
        also=LATE,
        within_seconds=150,
        again=True,
    ),
    Fault(
        "Beat stopped",
        "HeadcountBeatSilent",
        cause=lambda stack, _: stack.beat.stop(),
        cure=lambda stack, _: stack.beat.start(),
    ),
    Fault(
        "cron job failing",
        "HeadcountCronNotSucceeding",
        cause=_break("clock"),
        cure=_mend("clock"),
        within_seconds=300,
    ),
    Fault(
        "queue without consumers",
        "HeadcountQueueWithoutWorkers",
        cause=lambda stack, _: _restart_workers(stack, "critical,default"),
        cure=lambda stack, _: _restart_workers(stack, "critical,default,low"),
        also=("HeadcountWorkerSilent",),
    ),
    Fault(
        "ledger tampered with",
        "HeadcountLedgerDrift",
        cause=_tamper(+1),
        cure=_tamper(-1),
    ),
    Fault(
        "sidecar stopped",
        "HeadcountSidecarMissing",
        cause=lambda stack, _: stack.sidecar.stop(),
        cure=lambda stack, _: stack.sidecar.start(),
    ),
)
"""In the order in which they are caused."""
