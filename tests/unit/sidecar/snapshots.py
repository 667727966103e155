"""Builders of snapshots in which all is well, to be changed where a test needs it."""

from dataclasses import replace
from typing import Any

from service.broker.snapshot import (
    BrokerState,
    CronState,
    LedgerCounts,
    QueueState,
    Snapshot,
    WorkerState,
)
from service.queues import QUEUE_NAMES
from service.sidecar.reading import Reading

NOW = 1_700_000_000.0
HOST = "pod-a"


def a_queue(name: str = "default", **changes: Any) -> QueueState:
    """Build an idle queue through which five jobs have gone; its ledger adds up."""
    return replace(
        QueueState(
            name=name,
            ready=0,
            scheduled=0,
            leased=0,
            dead=0,
            oldest_ready_age_seconds=0.0,
            overdue_seconds=0.0,
            leases_expired=0,
            ledger=LedgerCounts(enqueued=5, succeeded=5),
        ),
        **changes,
    )


def a_worker(name: str = "worker@pod-a", **changes: Any) -> WorkerState:
    """Build a live, idle worker of all queues."""
    worker = WorkerState(
        name=name,
        host=HOST,
        pid=1,
        slots=8,
        busy=0,
        queues=QUEUE_NAMES,
        draining=False,
        version="0.1.0",
        celery_version="5.7.0",
        last_seen=NOW - 1,
        loop_age_seconds=0.1,
        idle_seconds=0.0,
    )
    return worker._replace(**changes)


def a_cron_entry(task: str = "jobs.Report", **changes: Any) -> CronState:
    """Build a cron entry that ran half a minute ago and runs again in half a minute."""
    return replace(
        CronState(
            task=task,
            schedule="* * * * *",
            queue="low",
            last_dispatch=NOW - 30,
            last_success=NOW - 29,
            next_due=NOW + 30,
            interval_seconds=60.0,
            missed=0,
        ),
        **changes,
    )


def a_broker(**changes: Any) -> BrokerState:
    """Build a broker that is configured well and nearly empty."""
    return replace(
        BrokerState(
            memory_used_bytes=1_000_000,
            memory_max_bytes=100_000_000,
            memory_total_bytes=1_000_000_000,
            clients=9,
            evicted_keys=0,
            config_problems={},
        ),
        **changes,
    )


def a_snapshot(*queues: QueueState, **changes: Any) -> Snapshot:
    """Build a snapshot of all queues, ``queues`` in place of those that are well."""
    given = {queue.name: queue for queue in queues}
    return replace(
        Snapshot(
            as_of=NOW,
            probe_seconds=0.0005,
            queues=tuple(given.get(name, a_queue(name)) for name in QUEUE_NAMES),
            workers=(a_worker(),),
            cron=(a_cron_entry(),),
            beat_last_tick=NOW - 2,
            lease_oldest_age_seconds=0.0,
            broker=a_broker(),
        ),
        **changes,
    )


def a_reading(snapshot: Snapshot | None, **changes: Any) -> Reading:
    """Build a fresh reading after an hour of good reads; without a snapshot, a failed one."""
    fresh = snapshot is not None
    return replace(
        Reading(
            snapshot=snapshot,
            fresh=fresh,
            reason="" if fresh else "redis://broker refuses connections (for 4 s)",
            readable_seconds=3600.0 if fresh else 0.0,
            edition=(1, 0),
        ),
        **changes,
    )
