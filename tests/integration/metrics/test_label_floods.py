"""Names by the hundred, and names that mean harm: a worker's ``/metrics`` stays small and sound."""

from collections import Counter

import pytest

from service.queues import QUEUE_NAMES
from service.telemetry.catalogue import ERROR_TYPE_LIMIT, OTHER, TASK_LIMIT
from tests.integration.metrics import flooding_jobs, hostile_jobs
from tests.integration.metrics.scrape import OPENMETRICS, scrape
from tests.promtool import check_metrics
from tests.waiting import wait_until
from workers.process_app import process_app

ERROR_TYPES = 100
DROPPED = "headcount_series_dropped_total"


def start_with(module, start, broker):
    return start("worker", broker_url=broker.url, HEADCOUNT_WORKERS=module.__name__)


def perform_every_task(broker):
    """Return (task, queue) of each attempt."""
    for job in flooding_jobs.FLOOD:
        job.perform_async()
    wait_until(lambda: not broker.pending(), 60, "jobs are left")
    return [(job.name, job.queue) for job in flooding_jobs.FLOOD]


def raise_every_error(broker, prefix):
    """Return (task, queue) of each attempt."""
    names = [f"{prefix}{number}" for number in range(ERROR_TYPES)]
    for job in flooding_jobs.RAISING:
        job.perform_bulk([(name,) for name in names])
    wait_until(lambda: not broker.pending(), 60, "jobs are left")
    return [(job.name, job.queue) for job in flooding_jobs.RAISING for _ in names]


@pytest.mark.usefixtures("enqueues_here")
def test_a_flood_of_names_leaves_the_series_few_and_every_job_counted(broker, start):
    worker = start_with(flooding_jobs, start, broker)
    attempts = [*perform_every_task(broker), *raise_every_error(broker, "Error")]
    seen = scrape(worker.metrics_port)

    tasks = {one.labels["task"] for one in seen.samples("headcount_jobs_processed_total")}
    assert len(tasks) == TASK_LIMIT + 1
    assert OTHER in tasks
    errors = seen.by("headcount_job_failures_total", "queue", "error_type")
    assert Counter(queue for queue, _ in errors) == dict.fromkeys(QUEUE_NAMES, ERROR_TYPE_LIMIT + 1)

    unnamed = sum(task not in tasks for task, _ in attempts)
    other_errors = ERROR_TYPES - ERROR_TYPE_LIMIT
    assert {queue: errors[queue, OTHER] for queue in QUEUE_NAMES} == dict.fromkeys(
        QUEUE_NAMES, other_errors
    )
    assert seen.by(DROPPED, "metric") == {
        ("headcount_jobs_started_total",): unnamed,
        ("headcount_jobs_processed_total",): unnamed,
        ("headcount_task_duration_seconds",): unnamed,
        ("headcount_job_failures_total",): other_errors * len(QUEUE_NAMES),
    }
    assert seen.by("headcount_jobs_processed_total", "queue") == Counter(
        (queue,) for _, queue in attempts
    )

    raise_every_error(broker, "Another")
    again = scrape(worker.metrics_port)
    assert len(again.text.splitlines()) == len(seen.text.splitlines()), "more names, more series"


@pytest.fixture(scope="module")
def hostile(module_broker, module_processes, enqueues_on_module_broker):
    """A worker that has performed tasks of hostile names, which raised errors of such names."""
    worker = start_with(hostile_jobs, module_processes.start, module_broker)
    for name in hostile_jobs.HOSTILE:
        process_app().send_task(name)
    wait_until(lambda: not module_broker.pending(), 30, "jobs are left")
    return worker


@pytest.mark.parametrize("accept", ["text/plain", OPENMETRICS])
def test_hostile_names_are_read_back_as_they_were(hostile, accept):
    once = {(name,): 1 for name in hostile_jobs.HOSTILE}
    seen = scrape(hostile.metrics_port, accept)
    assert seen.by("headcount_jobs_processed_total", "task") == once
    assert seen.by("headcount_job_failures_total", "error_type") == once
    assert seen.value("headcount_worker_slots") == 2


@pytest.mark.needs_prometheus
def test_promtool_finds_nothing_wrong_with_hostile_names(hostile):
    lines = scrape(hostile.metrics_port).text.splitlines(True)
    ours = "".join(line for line in lines if "headcount_" in line)
    assert check_metrics(ours) == ""
