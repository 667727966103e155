"""What a scrape shows of jobs that are running."""

import pytest

from service.telemetry.events import Outcome
from tests.unit.telemetry.events_of_jobs import Worker, finished, received, started


@pytest.fixture
def worker() -> Worker:
    return Worker()


def test_a_running_job_shows_in_the_gauges_until_it_ends(worker):
    attempt = worker.hold(started(started_at=1000.0))
    worker.clock.now_seconds = 1007.0
    task = {"queue": "default", "task": "shop.Mail"}
    assert worker.sample("headcount_jobs_running", **task) == 1
    assert worker.sample("headcount_worker_busy_slots") == 1
    assert worker.sample("headcount_job_oldest_running_seconds", queue="default") == 7
    assert worker.sample("headcount_job_oldest_running_seconds", queue="low") == 0
    worker.end(attempt)
    assert worker.sample("headcount_jobs_running", **task) == 0
    assert worker.sample("headcount_worker_busy_slots") == 0
    assert worker.sample("headcount_job_oldest_running_seconds", queue="default") == 0


def test_busy_time_grows_while_a_job_runs_and_never_shrinks_when_it_ends(worker):
    attempt = worker.hold(started(started_at=1000.0))
    worker.clock.now_seconds = 1005.0
    assert worker.sample("headcount_worker_busy_seconds_total") == 5
    worker.end(attempt, duration_seconds=4.9999)  # it ended while a scrape was looking
    assert worker.sample("headcount_worker_busy_seconds_total") == 5


def test_a_job_that_waits_for_a_slot_is_not_running(worker):
    worker.hold(received())
    assert worker.sample("headcount_worker_busy_slots") == 0
    assert worker.sample("headcount_job_oldest_running_seconds", queue="default") == 0


def test_a_job_that_never_started_drives_no_gauge_below_zero(worker):
    never = {"started_at": None, "wait_seconds": None, "duration_seconds": None}
    worker.metrics(finished(outcome=Outcome.REVOKED, **never))
    worker.metrics(finished(outcome=Outcome.EXPIRED, **never))
    assert worker.sample("headcount_worker_busy_slots") == 0
    assert worker.sample("headcount_jobs_running", queue="default", task="shop.Mail") == 0


def test_two_attempts_of_one_job_are_two(worker):
    worker.hold(started())
    worker.hold(started(queue="low", task="shop.Report"))
    assert worker.sample("headcount_worker_busy_slots") == 2
    assert worker.sample("headcount_jobs_running", queue="default", task="shop.Mail") == 1
    assert worker.sample("headcount_jobs_running", queue="low", task="shop.Report") == 1
