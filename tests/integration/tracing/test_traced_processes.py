"""Spans survive the ends of processes, and no process waits for a collector that is away."""

import time

import pytest

from tests import sample_jobs as jobs
from tests.waiting import wait_until
from workers.process_app import process_app

MODULES = "tests.sample_jobs,tests.traced_jobs"
NOT_BY_ITSELF = 600_000
"""Milliseconds: a process that is not told to end exports nothing within a test."""

pytestmark = pytest.mark.usefixtures("traces_here")


@pytest.fixture
def start_worker(broker, start):
    return lambda *options, **variables: start(
        "worker", *options, broker_url=broker.url, HEADCOUNT_WORKERS=MODULES, **variables
    )


def test_children_that_are_replaced_and_stopped_export_what_is_left(collector, start_worker):
    worker = start_worker(OTEL_BSP_SCHEDULE_DELAY=NOT_BY_ITSELF)
    made = {job.id for job in jobs.Note.perform_bulk([(n,) for n in range(20)])}
    wait_until(lambda: len(worker.finished()) == 20, 20)
    assert worker.metric("headcount_worker_child_exits_total", reason="recycled") >= 4
    assert worker.stop() == 0
    spans = collector.spans("process default")
    assert sorted(span.attributes["messaging.message.id"] for span in spans) == sorted(made)


@pytest.mark.parametrize("pool", ["threads", "solo"])
def test_jobs_without_child_processes_are_traced(collector, start_worker, pool):
    worker = start_worker("--pool", pool, OTEL_BSP_SCHEDULE_DELAY=NOT_BY_ITSELF)
    kinds = [jobs.Note, jobs.Fail, jobs.Exit]
    made = [kind.perform_async().id for kind in kinds]
    wait_until(lambda: len(worker.finished()) == len(kinds), 15)
    assert worker.stop() == 0
    outcomes = [collector.attempts(job_id, 1)[0].outcome for job_id in made]
    assert outcomes == ["succeeded", "failed", "lost"]


def test_an_attempt_given_back_is_told_of_before_its_worker_ends(collector, start_worker):
    worker = start_worker(HEADCOUNT_SHUTDOWN_GRACE_SECONDS=0)
    job = jobs.Nap.perform_async(20)
    wait_until(lambda: worker.metric("headcount_worker_busy_slots") == 1, 10)
    assert worker.stop() == 0
    [attempt] = collector.attempts(job.id, 1)
    assert attempt.outcome == "retried"
    assert attempt.attributes["error.type"] == "WorkerShutdown"


def test_no_job_waits_for_a_collector_that_is_silent(collector, start_worker):
    collector.silence()
    worker = start_worker()
    began = time.monotonic()
    jobs.Note.perform_bulk([(n,) for n in range(12)])
    jobs.KillSelfOnce.perform_async("x")
    wait_until(lambda: len(worker.finished()) == 14, 15)
    assert worker.stop(10) == 0
    assert time.monotonic() - began < 20
    assert {line["outcome"] for line in worker.finished()} == {"succeeded", "retried"}


def test_a_collector_that_refuses_is_worth_a_line_a_minute_of_each_process(start_worker):
    worker = start_worker(OTEL_EXPORTER_OTLP_ENDPOINT="http://127.0.0.1:9")
    for _ in range(4):
        jobs.Note.perform_bulk([("x",)] * 2)
        wait_until(lambda: not process_app().publisher._client.llen("default"), 10)
    wait_until(lambda: len(worker.finished()) == 8, 10)
    assert worker.stop() == 0
    said = [line for line in worker.lines() if line["logger"].startswith("opentelemetry")]
    assert 1 <= len(said) <= 5  # children are replaced after three jobs
