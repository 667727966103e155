"""Canaries occupy slots, and are in no figure of the users' jobs."""

import pytest
from prometheus_client import generate_latest

from service.telemetry.events import Outcome
from tests.unit.telemetry.events_of_jobs import Worker, finished, received, started

CANARY = "jobs.Canary"
OF_SLOTS = {
    "headcount_worker_busy_slots",
    "headcount_worker_busy_seconds_total",
    "headcount_job_oldest_running_seconds",
}


@pytest.fixture
def worker() -> Worker:
    return Worker(tasks=[("default", CANARY)], canaries=frozenset({CANARY}))


def samples(worker: Worker) -> dict[str, float]:
    """Series -> value, without those of slots."""
    lines = generate_latest(worker.registry).decode().splitlines()
    pairs = [line.rsplit(" ", 1) for line in lines if line[0] != "#"]
    return {name: float(value) for name, value in pairs if name.split("{")[0] not in OF_SLOTS}


@pytest.mark.parametrize("outcome", Outcome)
def test_however_a_canary_ends_no_figure_of_jobs_changes(worker, outcome):
    before = samples(worker)
    worker.metrics(finished(task=CANARY, outcome=outcome, error_type="OSError", redelivered=True))
    assert samples(worker) == before


def test_a_canary_that_a_scrape_sees_running_is_in_no_figure_of_jobs_then_or_later(worker):
    before = samples(worker)
    waiting, running = worker.hold(received(task=CANARY)), worker.hold(started(task=CANARY))
    assert samples(worker) == before
    for attempt in (waiting, running):
        worker.end(attempt)
    assert samples(worker) == before


def test_no_series_is_named_after_a_canary(worker):
    worker.hold(started(task=CANARY))
    worker.metrics(finished(task=CANARY))
    assert CANARY not in generate_latest(worker.registry).decode()


def test_jobs_beside_canaries_are_counted(worker):
    worker.metrics(finished(task=CANARY))
    worker.metrics(finished())
    assert worker.sample("headcount_job_wait_seconds_count", queue="default") == 1


def test_a_canary_occupies_its_slot_as_any_job_does(worker):
    attempt = worker.hold(started(task=CANARY, started_at=1000.0))
    worker.clock.now_seconds = 1007.0
    assert worker.sample("headcount_worker_busy_slots") == 1
    assert worker.sample("headcount_worker_busy_seconds_total") == 7
    assert worker.sample("headcount_job_oldest_running_seconds", queue="default") == 7
    worker.end(attempt, duration_seconds=8.0)
    assert worker.sample("headcount_worker_busy_slots") == 0
    assert worker.sample("headcount_worker_busy_seconds_total") == 8
    assert worker.sample("headcount_job_oldest_running_seconds", queue="default") == 0
