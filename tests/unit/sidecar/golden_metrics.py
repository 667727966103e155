"""The text that ``/metrics`` shows for one snapshot with every family in it.

Write the golden file again: ``python -m tests.unit.sidecar.golden_metrics``.
"""

from pathlib import Path

from service.broker.snapshot import LedgerCounts
from service.settings import load_settings
from service.sidecar.app import create_app
from service.sidecar.snapshot_cache import SnapshotCache
from tests.unit.sidecar.app_client import AppClient
from tests.unit.sidecar.snapshots import (
    HOST,
    NOW,
    a_broker,
    a_cron_entry,
    a_queue,
    a_snapshot,
    a_worker,
)

GOLDEN = Path(__file__).with_name("golden_metrics.txt")

SNAPSHOT = a_snapshot(
    a_queue("critical", leased=2, ledger=LedgerCounts(102, 100)),
    a_queue(
        "default",
        ready=1240,
        scheduled=12,
        leased=6,
        dead=3,
        oldest_ready_age_seconds=75.25,
        overdue_seconds=1.5,
        leases_expired=4,
        dead_overflow=7,
        ledger=LedgerCounts(5001, 3700, 9, 31, 2),
    ),
    workers=(
        a_worker(),
        a_worker("two", queues=("critical",), slots=4),
        a_worker("draining", draining=True),
        a_worker("silent", last_seen=NOW - 100),
    ),
    cron=(
        a_cron_entry(),
        a_cron_entry(
            'jobs."New"\\', last_dispatch=None, last_success=None, next_due=None, missed=2
        ),
        a_cron_entry("jobs.Canary", round_trip_seconds=0.034),
    ),
    lease_oldest_age_seconds=7.5,
    broker=a_broker(evicted_keys=1, config_problems={"persistence": "append-only file is off"}),
)


def metrics_text() -> str:
    """Return what ``/metrics`` shows of SNAPSHOT."""
    cache = SnapshotCache(lambda: SNAPSHOT)
    cache.refresh()
    return AppClient(create_app(cache, load_settings({}), HOST)).get("/metrics").text


if __name__ == "__main__":
    GOLDEN.write_text(metrics_text(), encoding="utf-8")
