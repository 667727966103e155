"""One reader for all who ask: how old a snapshot may be, and what a failed read leaves."""

import threading

import pytest

from service.errors import BrokerError
from service.sidecar.snapshot_cache import SnapshotCache
from tests.unit.sidecar.snapshots import NOW, a_snapshot
from tests.waiting import wait_until


def test_a_cache_that_has_not_read_says_so(broker, clock):
    reading = SnapshotCache(broker.read, clock=clock).latest()
    assert reading.current is None
    assert reading.reason.startswith("the broker has not been read yet")


def test_asking_never_reads(snapshots, broker):
    for _ in range(100):
        assert snapshots.latest().current is broker.snapshot
    assert broker.reads == 1


@pytest.mark.parametrize(("age", "fresh"), [(2.9, True), (3.0, False)])
def test_a_snapshot_is_stale_after_three_seconds_even_when_the_reader_hangs(
    snapshots, clock, age, fresh
):
    clock.advance(age)
    assert snapshots.latest().fresh is fresh


def test_a_failed_read_counts_at_once_and_keeps_the_last_good_snapshot(snapshots, broker, clock):
    broker.failure = BrokerError("redis://broker refuses\nconnections")
    clock.advance(1)
    snapshots.refresh()
    clock.advance(4)
    reading = snapshots.latest()
    assert reading.current is None
    assert reading.snapshot is broker.snapshot
    assert reading.reason == "redis://broker refuses connections (for 4 s)"


def test_an_outage_is_counted_from_its_first_failure(snapshots, broker, clock):
    broker.failure = BrokerError("gone")
    for _ in range(5):
        snapshots.refresh()
        clock.advance(1)
    assert snapshots.latest().reason == "gone (for 5 s)"


def test_any_exception_is_a_failed_read(snapshots, broker):
    broker.failure = KeyError("ready")
    snapshots.refresh()
    assert "the snapshot cannot be read: KeyError: 'ready'" in snapshots.latest().reason


def test_a_good_read_ends_the_outage(snapshots, broker):
    broker.failure = BrokerError("gone")
    snapshots.refresh()
    broker.failure = None
    snapshots.refresh()
    assert snapshots.latest().fresh


@pytest.mark.parametrize("outage", ["failed", "hung"])
def test_the_time_of_good_reads_begins_anew_after_an_outage(snapshots, broker, clock, outage):
    clock.advance(2)
    assert snapshots.latest().readable_seconds == 2
    broker.failure = BrokerError("gone") if outage == "failed" else None
    clock.advance(0 if outage == "failed" else 5)
    if outage == "failed":
        snapshots.refresh()
    assert snapshots.latest().readable_seconds == 0
    broker.failure = None
    snapshots.refresh()
    clock.advance(1)
    assert snapshots.latest().readable_seconds == 1


def test_the_edition_changes_with_every_read_and_every_second_of_an_outage(snapshots, clock):
    editions = [snapshots.latest().edition]
    snapshots.refresh()
    for _ in range(5):
        editions.append(snapshots.latest().edition)
        clock.advance(1)
    assert editions == [(1, 0), (2, 0), (2, 0), (2, 0), (2, 4), (2, 5)]


def test_the_thread_reads_until_it_is_stopped(broker):
    cache = SnapshotCache(broker.read, every_seconds=0.01)
    cache.start()
    assert cache.wait_for_first_read(timeout_seconds=5)
    wait_until(lambda: broker.reads > 3, timeout_seconds=5)
    cache.stop()
    wait_until(lambda: "snapshot-cache" not in _threads(), timeout_seconds=5)


def test_the_thread_survives_failed_reads(broker):
    broker.failure = BrokerError("gone")
    cache = SnapshotCache(broker.read, every_seconds=0.01)
    cache.start()
    wait_until(lambda: broker.reads > 2, timeout_seconds=5)
    broker.failure, broker.snapshot = None, a_snapshot(as_of=NOW + 1)
    wait_until(lambda: cache.latest().current is broker.snapshot, timeout_seconds=5)
    cache.stop()


def test_an_outage_is_logged_once_and_so_is_its_end(snapshots, broker, caplog):
    caplog.set_level("INFO")
    broker.failure = BrokerError("gone")
    snapshots.refresh()
    snapshots.refresh()
    broker.failure = None
    snapshots.refresh()
    snapshots.refresh()
    said = [record.getMessage() for record in caplog.records]
    assert said == ["broker_unreadable: gone", "broker_readable_again after 0 s"]


def _threads():
    return {thread.name for thread in threading.enumerate()}
