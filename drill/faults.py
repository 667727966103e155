"""The faults: how each is caused and cured, which alert it must raise, and which others it may."""

from collections.abc import Sequence
from dataclasses import dataclass

from drill import acts
from drill.acts import Act

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


FAULTS: Sequence[Fault] = (
    Fault(
        "worker killed",
        "HeadcountLeasesExpire",
        cause=acts.kill_at_work,
        cure=lambda stack, _: stack.workers[0].start(),
        also=LOST_WORKER,
    ),
    Fault(
        "worker frozen",
        "HeadcountWorkerSilent",
        cause=lambda stack, _: stack.workers[0].freeze(),
        cure=acts.thaw,
        also=LOST_WORKER,
    ),
    Fault(
        "children frozen",
        "HeadcountQueueStalled",
        cause=acts.freeze_children,
        cure=acts.thaw,
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
        cause=acts.fill,
        cure=lambda stack, _: stack.client.config_set("maxmemory", "256mb"),
        also=("HeadcountBrokerMemoryHigh",),
        again=True,  # what it uses shrinks meanwhile
    ),
    Fault(
        "keys evicted",
        "HeadcountBrokerEvictsKeys",
        cause=acts.evict,
        cure=acts.keep_keys,
        also=("HeadcountBrokerMemoryHigh", "HeadcountBrokerUnsafe"),
        again=True,
    ),
    Fault(
        "poison jobs",
        "HeadcountChildrenKilled",
        cause=acts.some("Poison", 4),
        cure=acts.drop_dead,
        also=DEAD,
    ),
    Fault(
        "failing jobs",
        "HeadcountFailuresHigh",
        cause=acts.some("Failing", 2),
        cure=acts.drop_dead,
        also=DEAD,
        again=True,
    ),
    Fault(
        "errors of too many names",
        "HeadcountSeriesDropped",
        cause=acts.fail_variously,
        cure=acts.drop_dead,
        also=DEAD,
    ),
    Fault(
        "job hung",
        "HeadcountJobHung",
        cause=acts.hang,
        cure=acts.mend("lock"),
        within_seconds=300,
    ),
    Fault(
        "jobs that are only retried",
        "HeadcountRetryStorm",
        cause=acts.retry_many,
        cure=acts.mend("shop"),
        within_seconds=90,
    ),
    Fault(
        "slow jobs",
        "HeadcountWorkersSaturated",
        cause=acts.some("Nap", 8, 1.0),
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
        cause=acts.spoil("clock"),
        cure=acts.mend("clock"),
        within_seconds=300,
    ),
    Fault(
        "queue without consumers",
        "HeadcountQueueWithoutWorkers",
        cause=lambda stack, _: acts.restart_workers(stack, "critical,default"),
        cure=lambda stack, _: acts.restart_workers(stack, "critical,default,low"),
        also=("HeadcountWorkerSilent",),
    ),
    Fault(
        "ledger tampered with",
        "HeadcountLedgerDrift",
        cause=acts.tamper(+1),
        cure=acts.tamper(-1),
    ),
    Fault(
        "sidecar stopped",
        "HeadcountSidecarMissing",
        cause=lambda stack, _: stack.sidecar.stop(),
        cure=lambda stack, _: stack.sidecar.start(),
    ),
)
"""In the order in which they are caused."""
