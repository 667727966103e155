"""What each of the sidecar's metrics says of the snapshot it is made of, one by one."""

import pytest

from service.broker.snapshot import LedgerCounts
from service.sidecar.collector import collect_samples
from service.telemetry.catalogue import SIDECAR_METRICS
from tests.unit.sidecar.snapshots import (
    NOW,
    a_broker,
    a_cron_entry,
    a_queue,
    a_reading,
    a_snapshot,
    a_worker,
)


def with_queue(name="default", **changes):
    return a_snapshot(a_queue(name, **changes))


def with_broker(**changes):
    return a_snapshot(broker=a_broker(**changes))


def with_cron(**changes):
    return a_snapshot(cron=(a_cron_entry("jobs.Report", **changes),))


TWO_QUEUES = {
    "workers": (
        a_worker("one", slots=8),
        a_worker("two", slots=4, queues=("critical",)),
        a_worker("draining", slots=2, draining=True),
        a_worker("silent", slots=16, last_seen=NOW - 100),
    )
}
LEDGER = LedgerCounts(enqueued=100, succeeded=50, dead=20, discarded=10, moved=5)
REPORT = ("jobs.Report",)

MEANINGS = {
    "headcount_queue_depth": [
        (with_queue(ready=7), ("default", "ready"), 7),
        (with_queue(scheduled=3), ("default", "scheduled"), 3),
        (with_queue(leased=2), ("default", "leased"), 2),
        (with_queue("low", dead=9), ("low", "dead"), 9),
        (with_queue(ready=7), ("critical", "ready"), 0),
    ],
    "headcount_queue_oldest_ready_age_seconds": [
        (with_queue(oldest_ready_age_seconds=75.25), ("default",), 75.25),
        (a_snapshot(), ("default",), 0),
    ],
    "headcount_queue_workers": [
        (a_snapshot(**TWO_QUEUES), ("critical",), 2),
        (a_snapshot(**TWO_QUEUES), ("low",), 1),
    ],
    "headcount_queue_slots": [
        (a_snapshot(**TWO_QUEUES), ("critical",), 12),
        (a_snapshot(**TWO_QUEUES), ("low",), 8),
    ],
    "headcount_schedule_lag_seconds": [
        (a_snapshot(a_queue(overdue_seconds=1.5), a_queue("low", overdue_seconds=9.5)), (), 9.5),
        (a_snapshot(), (), 0),
    ],
    "headcount_jobs_total": [
        (with_queue(ledger=LEDGER), ("default", "enqueued"), 100),
        (with_queue(ledger=LEDGER), ("default", "succeeded"), 50),
        (with_queue(ledger=LEDGER), ("default", "dead"), 20),
        (with_queue(ledger=LEDGER), ("default", "discarded"), 10),
        (with_queue(ledger=LEDGER), ("default", "moved"), 5),
    ],
    "headcount_ledger_drift": [
        (with_queue(ledger=LEDGER, ready=6, scheduled=4, leased=2), ("default",), 3),
        (with_queue(ledger=LEDGER, ready=15), ("default",), 0),
        (with_queue(ledger=LEDGER, leased=17), ("default",), -2),
    ],
    "headcount_leases_expired_total": [(with_queue(leases_expired=4), ("default",), 4)],
    "headcount_dead_overflow_total": [(with_queue(dead_overflow=7), ("default",), 7)],
    "headcount_lease_oldest_age_seconds": [(a_snapshot(lease_oldest_age_seconds=7.5), (), 7.5)],
    "headcount_broker_up": [(a_snapshot(), (), 1), (None, (), 0)],
    "headcount_broker_writable": [
        (a_snapshot(), (), 1),
        (with_broker(refusal="it is a replica"), (), 0),
        (with_broker(refusal=None), (), None),
        (None, (), None),
    ],
    "headcount_broker_probe_seconds": [(a_snapshot(probe_seconds=0.25), (), 0.25)],
    "headcount_snapshot_timestamp_seconds": [(a_snapshot(), (), NOW)],
    "headcount_broker_memory_used_bytes": [(with_broker(memory_used_bytes=11), (), 11)],
    "headcount_broker_memory_max_bytes": [
        (with_broker(memory_max_bytes=22), (), 22),
        (with_broker(memory_max_bytes=None), (), None),
    ],
    "headcount_broker_clients": [(with_broker(clients=33), (), 33)],
    "headcount_broker_evicted_keys_total": [(with_broker(evicted_keys=44), (), 44)],
    "headcount_broker_config_ok": [
        (a_snapshot(), ("persistence",), 1),
        (with_broker(config_problems={"persistence": "is off"}), ("persistence",), 0),
        (with_broker(config_problems={"persistence": "is off"}), ("eviction_policy",), 1),
    ],
    "headcount_beat_last_tick_timestamp_seconds": [
        (a_snapshot(beat_last_tick=NOW - 3), (), NOW - 3),
        (a_snapshot(beat_last_tick=None), (), None),
    ],
    "headcount_cron_last_dispatch_timestamp_seconds": [
        (with_cron(last_dispatch=NOW - 4), REPORT, NOW - 4),
        (with_cron(last_dispatch=None), REPORT, None),
    ],
    "headcount_cron_last_success_timestamp_seconds": [
        (with_cron(last_success=NOW - 5), REPORT, NOW - 5)
    ],
    "headcount_cron_next_due_timestamp_seconds": [(with_cron(next_due=NOW + 6), REPORT, NOW + 6)],
    "headcount_cron_interval_seconds": [(with_cron(interval_seconds=600.0), REPORT, 600)],
    "headcount_cron_missed_total": [
        (with_cron(missed=8), REPORT, 8),
        (with_cron(), REPORT, 0),
    ],
    "headcount_canary_round_trip_seconds": [
        (with_cron(round_trip_seconds=0.5), ("low",), 0.5),
        (with_cron(), ("low",), None),
    ],
    "headcount_canary_last_success_timestamp_seconds": [
        (with_cron(round_trip_seconds=0.5, last_success=NOW - 9), ("low",), NOW - 9),
        (with_cron(last_success=NOW - 9), ("low",), None),
    ],
    "headcount_slo_objective_ratio": [
        (a_snapshot(), ("critical", "wait"), 0.99),
        (None, ("low", "success"), 0.99),
    ],
    "headcount_slo_threshold_seconds": [
        (a_snapshot(), ("critical", "wait"), 10),
        (None, ("low", "wait"), 300),
    ],
    "headcount_health_ok": [
        (a_snapshot(), ("workers",), 1),
        (a_snapshot(workers=()), ("workers",), 0),
        (None, ("ledger",), 0),
    ],
}
"""Metric -> (snapshot or None for none, label values, what it shows; None: no such series)."""


def test_every_metric_of_the_catalogue_has_its_meaning_here():
    assert MEANINGS.keys() == SIDECAR_METRICS.keys()


@pytest.mark.parametrize("name", MEANINGS)
def test_a_metric_says_what_it_means(name):
    for snapshot, labels, value in MEANINGS[name]:
        assert dict(collect_samples(a_reading(snapshot)).get(name, [])).get(labels) == value
