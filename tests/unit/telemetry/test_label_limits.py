"""However many names come along, the number of series stays bounded, and no job goes uncounted."""

import pytest

from service.telemetry.catalogue import ERROR_TYPE_LIMIT, TASK_LIMIT
from service.telemetry.events import Outcome
from tests.unit.telemetry.events_of_jobs import Worker, finished, started


@pytest.fixture
def worker() -> Worker:
    return Worker()


def test_tasks_past_the_limit_share_one_series_and_are_counted_as_dropped(worker):
    for number in range(TASK_LIMIT + 5):
        worker.metrics(finished(task=f"shop.Task{number}"))
    processed = [
        sample
        for family in worker.metrics.collect()
        for sample in family.samples
        if sample.name == "headcount_jobs_processed_total" and sample.value
    ]
    assert len({sample.labels["task"] for sample in processed}) == TASK_LIMIT + 1
    assert sum(sample.value for sample in processed) == TASK_LIMIT + 5
    other = {"queue": "default", "task": "_other", "outcome": "succeeded"}
    assert worker.sample("headcount_jobs_processed_total", **other) == 5
    for metric in (
        "headcount_jobs_started_total",
        "headcount_jobs_processed_total",
        "headcount_task_duration_seconds",
    ):
        assert worker.sample("headcount_series_dropped_total", metric=metric) == 5


def test_running_gauges_of_tasks_past_the_limit_end_at_zero():
    tasks = [("default", f"shop.Task{number}") for number in range(TASK_LIMIT)]
    worker = Worker(tasks=tasks)
    late = worker.hold(started(task="shop.Late"))
    other = {"queue": "default", "task": "_other"}
    assert worker.sample("headcount_jobs_running", **other) == 1
    worker.end(late)
    assert worker.sample("headcount_jobs_running", **other) == 0


def test_error_types_are_limited_for_each_queue_apart(worker):
    for number in range(ERROR_TYPE_LIMIT + 3):
        worker.metrics(finished(outcome=Outcome.FAILED, error_type=f"Error{number}"))
    worker.metrics(finished(queue="low", outcome=Outcome.FAILED, error_type="Error99"))
    name = "headcount_job_failures_total"
    assert worker.sample(name, queue="default", error_type="_other") == 3
    assert worker.sample(name, queue="low", error_type="Error99") == 1
    assert worker.sample("headcount_series_dropped_total", metric=name) == 3


def test_a_task_nobody_registered_is_other_and_takes_no_place(worker):
    for number in range(TASK_LIMIT + 5):
        worker.metrics(finished(task="_other", outcome=Outcome.UNKNOWN, job_id=f"job-{number}"))
    worker.metrics(finished())
    labels = {"queue": "default", "task": "_other", "outcome": "unknown"}
    assert worker.sample("headcount_jobs_processed_total", **labels) == TASK_LIMIT + 5
    task = {"queue": "default", "task": "shop.Mail", "outcome": "succeeded"}
    assert worker.sample("headcount_jobs_processed_total", **task) == 1
    dropped = "headcount_series_dropped_total"
    assert worker.sample(dropped, metric="headcount_jobs_processed_total") == 0


def test_a_queue_the_worker_does_not_consume_counts_as_other(worker):
    for number in range(50):
        worker.metrics(finished(queue=f"queue-{number}"))
    assert worker.sample("headcount_job_attempts_count", queue="_other") == 50


def test_tasks_registered_past_the_limit_are_not_dropped_before_they_run():
    tasks = [("default", f"shop.Task{number}") for number in range(TASK_LIMIT + 5)]
    worker = Worker(tasks=tasks)
    dropped = "headcount_series_dropped_total"
    assert worker.sample(dropped, metric="headcount_jobs_started_total") == 0


def test_tasks_of_queues_the_worker_does_not_consume_have_no_series():
    worker = Worker(tasks=[("reports", "shop.Report")])
    queues = {s.labels.get("queue") for f in worker.metrics.collect() for s in f.samples}
    assert queues == {"critical", "default", "low", None}
