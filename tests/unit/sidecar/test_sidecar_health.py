"""The report that the checks make together."""

import pytest

from service.broker.snapshot import LedgerCounts
from service.sidecar.health import report_health
from tests.unit.sidecar.snapshots import a_queue, a_reading, a_snapshot

NAMES = ["broker", "workers", "queues", "beat", "ledger"]
DRIFTING = a_queue(ledger=LedgerCounts(enqueued=9, succeeded=5))


@pytest.mark.parametrize(
    ("snapshot", "status"),
    [
        (a_snapshot(), "ok"),
        (a_snapshot(DRIFTING), "degraded"),
        (a_snapshot(DRIFTING, workers=()), "down"),
    ],
)
def test_the_report_is_as_bad_as_its_worst_check(snapshot, status):
    assert report_health(a_reading(snapshot)).status == status


def test_every_check_is_reported_with_the_time_it_took():
    report = report_health(a_reading(a_snapshot(probe_seconds=0.25)))
    assert list(report.checks) == NAMES
    assert report.checks["broker"].seconds >= 0.25
    assert all(0 <= report.checks[name].seconds < 0.25 for name in NAMES[1:])


def test_everything_is_down_and_unknown_while_the_broker_is():
    report = report_health(a_reading(None))
    assert report.status == "down"
    assert report.checks["broker"].detail == "redis://broker refuses connections (for 4 s)"
    assert {report.checks[name].status for name in NAMES} == {"down"}
    assert {report.checks[name].detail for name in NAMES[1:]} == {"unknown: broker down"}


def test_an_old_snapshot_is_not_reported_as_health():
    stale = a_reading(a_snapshot(), fresh=False, reason="the broker does not answer")
    assert report_health(stale).status == "down"
