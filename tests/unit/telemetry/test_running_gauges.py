"""What a scrape shows of jobs that are running."""

import pytest

from service.telemetry.events import Outcome
from tests.unit.telemetry.events_of_jobs import Worker, finished, started


@pytest.fixture
def worker() -> Worker:
    return Worker()


def test_a_running_job_shows_in_the_gauges_until_it_ends(worker):
    worker.metrics(started(started_at=1000.0))
    worker.clock.now_seconds = 1007.0
    task = {"queue": "default", "task": "shop.Mail"}
    assert worker.sample("headcount_jobs_running", **task) == 1
    assert worker.sample("headcount_worker_busy_slots") == 1
    assert worker.sample("headcount_job_oldest_running_seconds", queue="default") == 7
    assert worker.sample("headcount_job_oldest_running_seconds", queue="low") == 0
    worker.metrics(finished())
    assert worker.sample("headcount_jobs_running", **task) == 0
    assert worker.sample("headcount_worker_busy_slots") == 0
    assert worker.sample("headcount_job_oldest_running_seconds", queue="default") == 0


def test_busy_time_grows_while_a_job_runs_and_never_shrinks_when_it_ends(worker):
    worker.metrics(started(started_at=1000.0))
    worker.clock.now_seconds = 1005.0
    assert worker.sample("headcount_worker_busy_seconds_total") == 5
    # The child measured less than the parent has shown already.
    worker.metrics(finished(duration_seconds=4.5))
    assert worker.sample("headcount_worker_busy_seconds_total") == 5


def test_a_job_that_never_started_drives_no_gauge_below_zero(worker):
    worker.metrics(finished(outcome=Outcome.REVOKED, duration_seconds=None))
    worker.metrics(finished(outcome=Outcome.EXPIRED, duration_seconds=None))
    assert worker.sample("headcount_worker_busy_slots") == 0
    assert worker.sample("headcount_jobs_running", queue="default", task="shop.Mail") == 0


def test_a_job_started_twice_without_an_end_counts_as_one_running(worker):
    worker.metrics(started())
    worker.metrics(started(queue="low", task="shop.Report"))
    assert worker.sample("headcount_worker_busy_slots") == 1
    assert worker.sample("headcount_jobs_running", queue="default", task="shop.Mail") == 0
    assert worker.sample("headcount_jobs_running", queue="low", task="shop.Report") == 1
