"""Canaries through real Beats, workers and sidecars: there and back, in no figure of jobs."""

import signal
import time

import pytest

from service.broker import keys
from service.queues import QUEUE_NAMES
from tests.sample_jobs import Note
from tests.waiting import wait_until
from workers.cron_journal import FORGET_SECONDS
from workers.jobs.canary import CriticalCanary, DefaultCanary, LowCanary
from workers.jobs.health_check import HealthCheckWorker

TASKS = {canary.name for canary in (CriticalCanary, DefaultCanary, LowCanary)}
ROUND_TRIP = "headcount_canary_round_trip_seconds"
LAST_SUCCESS = "headcount_canary_last_success_timestamp_seconds"

AFTER_ONE_JOB = {
    "headcount_jobs_received_total": 1,
    "headcount_jobs_started_total": 1,
    "headcount_jobs_processed_total": 1,
    "headcount_job_wait_seconds_count": 1,
    "headcount_job_duration_seconds_count": 1,
    "headcount_job_end_to_end_seconds_count": 1,
    "headcount_job_attempts_count": 1,
    "headcount_task_duration_seconds_count": 1,
    "headcount_job_failures_total": 0,
    "headcount_jobs_running": 0,
}


def let_one_be_due(broker):
    """Let the last minute's canaries be those to send next: Beat looks within five seconds."""
    ago = int(time.time()) - 60
    broker.client.hset(keys.CRON_SLOTS, mapping=dict.fromkeys(TASKS, ago))
    return lambda: all(int(slot) > ago for slot in broker.client.hmget(keys.CRON_SLOTS, *TASKS))


@pytest.fixture
def fleet(start, broker):
    """A worker and a sidecar that know nothing of the setting, and a Beat that does."""
    let_one_be_due(broker)
    beat = start("beat", broker_url=broker.url, HEADCOUNT_CANARIES="true")
    others = [start(name, broker_url=broker.url, wait=False) for name in ("worker", "sidecar")]
    return *[one.wait_until_ready() for one in others], beat


def by_queue(sidecar, name):
    return {labels["queue"]: value for labels, value in sidecar.samples(name)}


def returned(sidecar, after=0.0):
    """Queue -> when its canary last succeeded; empty unless all did after this moment."""
    times = by_queue(sidecar, LAST_SUCCESS)
    later = times.keys() == set(QUEUE_NAMES) and min(times.values()) > after
    return times if later else {}


def returned_by_now(sidecar):
    now = time.time()
    wait_until(lambda: sidecar.metric("headcount_snapshot_timestamp_seconds") > now, 5)
    return returned(sidecar)


@pytest.mark.usefixtures("enqueues_here")
def test_a_canary_comes_back_through_each_queue_and_is_in_no_figure_of_users_jobs(fleet, broker):
    worker, sidecar, _ = fleet
    begun = time.time()
    wait_until(lambda: returned(sidecar), 30, f"not back; its log: {worker.log}")
    trips = by_queue(sidecar, ROUND_TRIP)
    assert trips.keys() == set(QUEUE_NAMES)
    assert all(0 < seconds < 10 for seconds in trips.values())
    assert all(begun - 10 < when <= time.time() for when in returned(sidecar).values())
    assert {line["task"]: line["outcome"] for line in worker.finished()} == dict.fromkeys(
        TASKS, "succeeded"
    )
    figures = lambda: {name: worker.metric(name) for name in AFTER_ONE_JOB}  # noqa: E731
    assert figures() == dict.fromkeys(AFTER_ONE_JOB, 0)
    assert worker.metric("headcount_worker_busy_seconds_total") > 0
    Note.perform_async("a user's")
    wait_until(lambda: figures() == AFTER_ONE_JOB, 10)
    wait_until(lambda: not broker.pending(), 5)
    ledgers = {name: queue.ledger for name, queue in broker.queues().items()}
    assert all(counts.enqueued == counts.succeeded >= 1 for counts in ledgers.values())
    assert ledgers["default"].succeeded >= 2
    assert broker.drifts() == {}


def test_while_the_worker_is_frozen_the_last_success_grows_old(fleet, broker):
    worker, sidecar, _ = fleet
    wait_until(lambda: returned(sidecar), 30, f"not back; its log: {worker.log}")
    wait_until(lambda: not broker.pending(), 5)
    worker.signal(signal.SIGSTOP)
    before = returned_by_now(sidecar)
    wait_until(let_one_be_due(broker), 15)
    wait_until(let_one_be_due(broker), 15)
    assert returned_by_now(sidecar) == before, "the last success is that before the freeze"
    assert [queue.ready for queue in broker.queues().values()] == [1, 1, 1], "none piles up"
    worker.signal(signal.SIGCONT)
    wait_until(lambda: returned(sidecar, after=max(before.values())), 15)
    assert broker.drifts() == {}


def test_where_no_beat_has_them_any_more_their_entries_and_figures_disappear(start, fleet, broker):
    _, sidecar, beat = fleet
    wait_until(lambda: returned(sidecar), 30)
    assert beat.stop() == 0
    for task in TASKS:
        broker.client.zincrby(keys.CRON_SEEN, -FORGET_SECONDS - 1, task)
    beat = start("beat", broker_url=broker.url)
    wait_until(lambda: not broker.client.exists(keys.CANARIES), 10, beat.text())
    assert broker.client.hkeys(keys.CRON) == [HealthCheckWorker.name.encode()]
    wait_until(lambda: not by_queue(sidecar, ROUND_TRIP), 5)
    assert by_queue(sidecar, LAST_SUCCESS) == {}
