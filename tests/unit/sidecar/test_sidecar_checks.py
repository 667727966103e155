"""When a check of the sidecar is ok, degraded or down, and in which words."""

import pytest

from service.broker.snapshot import WORKER_SILENT_SECONDS, LedgerCounts
from service.queues import QUEUES
from service.sidecar import checks
from tests.unit.sidecar.snapshots import (
    NOW,
    a_broker,
    a_cron_entry,
    a_queue,
    a_snapshot,
    a_worker,
)


def test_all_checks_are_ok_when_all_is_well():
    assert {check(a_snapshot())[0] for check in checks.CHECKS.values()} == {"ok"}


def test_a_broker_with_a_wrong_policy_is_degraded_and_the_mending_command_is_told():
    mend = "run: redis-cli CONFIG SET maxmemory-policy noeviction"
    broker = a_broker(config_problems={"eviction_policy": f"allkeys-lru loses jobs; {mend}"})
    status, detail = checks.check_broker(a_snapshot(broker=broker))
    assert status == "degraded"
    assert detail == f"eviction_policy: allkeys-lru loses jobs; {mend}"


@pytest.mark.parametrize(
    ("used", "limit", "status"),
    [
        (800, 1000, "ok"),
        (801, 1000, "degraded"),
        (1600, 0, "ok"),
        (1601, 0, "degraded"),
        (None, 1000, "ok"),
        (1601, None, "degraded"),
    ],
)
def test_memory_is_a_problem_above_four_fifths_of_the_limit_or_the_machine(used, limit, status):
    broker = a_broker(memory_used_bytes=used, memory_max_bytes=limit, memory_total_bytes=2000)
    assert checks.check_broker(a_snapshot(broker=broker))[0] == status


@pytest.mark.parametrize(
    ("silence", "status"),
    [(WORKER_SILENT_SECONDS, "ok"), (WORKER_SILENT_SECONDS + 0.1, "down"), (-5, "ok")],
)
def test_the_only_worker_counts_until_it_has_been_silent_too_long(silence, status):
    worker = a_worker(last_seen=NOW - silence)
    assert checks.check_workers(a_snapshot(workers=(worker,)))[0] == status


def test_no_worker_at_all_is_down():
    assert checks.check_workers(a_snapshot(workers=())) == ("down", "no live worker")


def test_a_silent_worker_beside_a_live_one_is_named():
    silent = a_worker("worker@pod-b", last_seen=NOW - 125)
    status, detail = checks.check_workers(a_snapshot(workers=(a_worker(), silent)))
    assert status == "degraded"
    assert detail == "silent without a goodbye: worker@pod-b (for 2 min 5 s)"


def test_many_silent_workers_are_counted_instead_of_listed():
    silent = tuple(a_worker(f"w{i}", last_seen=NOW - 60) for i in range(9))
    detail = checks.check_workers(a_snapshot(workers=(a_worker(), *silent)))[1]
    assert detail.endswith("w4 (for 1 min) and 4 more")


def test_a_queue_nobody_consumes_is_named():
    worker = a_worker(queues=("critical", "default"))
    verdict = checks.check_workers(a_snapshot(workers=(worker,)))
    assert verdict == ("degraded", "low: no live worker consumes it")


def test_a_queue_whose_workers_all_drain_is_named():
    workers = (a_worker(queues=("critical", "default")), a_worker("old", draining=True))
    verdict = checks.check_workers(a_snapshot(workers=workers))
    assert verdict == ("degraded", "low: all its workers are draining (old)")


@pytest.mark.parametrize("queue", QUEUES, ids=lambda queue: queue.name)
@pytest.mark.parametrize(("beyond", "status"), [(0.0, "ok"), (0.1, "degraded")])
def test_a_queue_is_degraded_once_its_oldest_job_waits_beyond_the_threshold(queue, beyond, status):
    late = a_queue(
        queue.name, ready=7, oldest_ready_age_seconds=queue.wait_threshold_seconds + beyond
    )
    assert checks.check_queues(a_snapshot(late))[0] == status


def test_a_late_queue_is_named_with_age_and_depth():
    late = a_queue("critical", ready=1240, oldest_ready_age_seconds=125.0)
    detail = checks.check_queues(a_snapshot(late))[1]
    assert detail == ("critical: the oldest of 1240 ready jobs has waited 2 min 5 s (allowed 10 s)")


@pytest.mark.parametrize(("overdue", "status"), [(5.0, "ok"), (5.1, "degraded")])
def test_a_scheduled_job_may_be_overdue_by_five_seconds(overdue, status):
    late = a_queue(scheduled=1, overdue_seconds=overdue)
    assert checks.check_queues(a_snapshot(late))[0] == status


@pytest.mark.parametrize(
    ("tick", "status", "words"),
    [
        (NOW - 30, "ok", "Beat reports; 1 cron entry"),
        (NOW - 95, "degraded", "Beat last reported 1 min 35 s ago"),
        (None, "degraded", "Beat has never reported; is it running?"),
    ],
)
def test_beat_must_have_reported_within_thirty_seconds(tick, status, words):
    assert checks.check_beat(a_snapshot(beat_last_tick=tick)) == (status, words)


@pytest.mark.parametrize(("late", "status"), [(60, "ok"), (61, "degraded")])
def test_a_cron_entry_may_be_late_by_a_minute(late, status):
    entry = a_cron_entry("jobs.Backup", next_due=NOW - late)
    verdict = checks.check_beat(a_snapshot(cron=(entry,)))
    assert verdict[0] == status
    assert ("jobs.Backup" in verdict[1]) == (status == "degraded")


def test_a_cron_entry_that_was_never_planned_is_not_late():
    assert checks.check_beat(a_snapshot(cron=(a_cron_entry(next_due=None),)))[0] == "ok"


@pytest.mark.parametrize("enqueued", [4, 6])
def test_a_ledger_that_does_not_add_up_is_shown_with_its_numbers(enqueued):
    queue = a_queue("low", ledger=LedgerCounts(enqueued=enqueued, succeeded=3, dead=1, moved=1))
    status, detail = checks.check_ledger(a_snapshot(queue))
    assert status == "degraded"
    assert detail.startswith(f"low: drift {enqueued - 5:+d} (enqueued {enqueued}, succeeded 3")


def test_dead_jobs_are_no_health_problem():
    queue = a_queue(dead=5000, ledger=LedgerCounts(enqueued=5000, dead=5000))
    assert {check(a_snapshot(queue))[0] for check in checks.CHECKS.values()} == {"ok"}
