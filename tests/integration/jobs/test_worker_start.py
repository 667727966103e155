"""Starting a worker: what stops it at once, in words that help; and what it serves."""

import socket

import pytest

from tests import sample_jobs as jobs
from tests.waiting import wait_until

pytestmark = pytest.mark.usefixtures("enqueues_here")


@pytest.mark.parametrize(
    ("module", "said"),
    [
        ("tests.no_such_module", "there is no module 'tests.no_such_module'"),
        ("tests.integration.jobs.broken_import", "ZeroDivisionError"),
        ("tests.integration.jobs.broken_declaration", "queue='urgent' is wrong"),
    ],
)
def test_a_job_module_that_cannot_be_imported_stops_the_worker(broker, start, module, said):
    worker = start("worker", broker_url=broker.url, wait=False, HEADCOUNT_WORKERS=module)
    assert worker.wait(15) == 1
    assert said in worker.text()
    assert broker.client.hlen("headcount:workers") == 0


def test_an_import_error_shows_where_it_came_from(broker, start):
    module = "tests.integration.jobs.broken_import"
    worker = start("worker", broker_url=broker.url, wait=False, HEADCOUNT_WORKERS=module)
    assert worker.wait(15) == 1
    assert "Traceback" in worker.text() or "traceback" in worker.text()
    assert "broken_import.py" in worker.text()


def test_a_taken_metrics_port_is_named_with_its_variable(broker, start):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        worker = start("worker", broker_url=broker.url, wait=False, HEADCOUNT_METRICS_PORT=port)
        assert worker.wait(15) == 1
    [line] = [line for line in worker.text().splitlines() if "HEADCOUNT_METRICS_PORT" in line]
    assert str(port) in line
    assert "Traceback" not in worker.text()


def test_a_worker_without_a_metrics_port_runs_jobs(broker, start, notes):
    start("worker", broker_url=broker.url, HEADCOUNT_METRICS_PORT=0)
    jobs.Note.perform_async("unobserved")
    wait_until(lambda: "unobserved" in notes, 10)


def test_a_child_that_grew_too_large_is_replaced_when_its_job_has_ended(broker, start):
    worker = start("worker", broker_url=broker.url, HEADCOUNT_CHILD_MEMORY_MIB=1)
    job = jobs.Note.perform_async("from a large child")
    wait_until(
        lambda: worker.metric("headcount_worker_child_exits_total", reason="recycled") >= 1, 15
    )
    assert worker.outcomes(job.id) == ["succeeded"]
    assert broker.drifts() == {}


def test_what_jobs_count_themselves_is_served_by_their_worker(broker, start):
    worker = start("worker", broker_url=broker.url)
    for n in range(1, 5):
        jobs.Pack.perform_async("small", n)
    jobs.Pack.perform_async("large")
    wait_until(lambda: not broker.pending(), 10)
    assert worker.metric("parcels_total", size="small") == 10
    assert worker.metric("parcels_total", size="large") == 1


def test_what_a_killed_child_had_counted_stays_counted(broker, start):
    worker = start("worker", broker_url=broker.url, HEADCOUNT_CONCURRENCY=1)
    jobs.Pack.perform_async("small", 5)
    jobs.KillSelf.perform_async()
    jobs.Pack.perform_async("small", 2)
    wait_until(lambda: len(worker.finished()) == 3, 10)
    assert worker.metric("parcels_total", size="small") == 7
