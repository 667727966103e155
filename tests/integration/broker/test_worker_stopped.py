"""A worker is stopped: running jobs get their grace, and none is lost."""

import json
import signal
import time

import pytest

from service.broker.lookup import find_job
from tests import sample_jobs as jobs
from tests.asking import ask
from tests.integration.broker.whole_round import WholeRound
from tests.waiting import wait_until
from workers.process_app import process_app

pytestmark = pytest.mark.usefixtures("enqueues_here")


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_running_jobs_finish_and_waiting_ones_stay(broker, start, notes, number):
    worker = start("worker", broker_url=broker.url)
    napping = [jobs.Nap.perform_async(0.7, n) for n in range(2)]
    wait_until(lambda: len(notes.lines()) == 2, 10)
    waiting = [jobs.Note.perform_async("waiting", n) for n in range(3)]
    worker.signal(number)
    assert worker.wait(10) == 0
    assert [worker.outcomes(job.id) for job in napping] == [["succeeded"]] * 2
    state = broker.queue("default")
    assert (state.ready, state.leased, state.ledger.succeeded) == (3, 0, 2)
    assert broker.client.lrange("default", 0, -1)[-1].count(waiting[0].id.encode()) >= 1
    assert broker.drifts() == {}


def test_a_job_that_outlasts_its_grace_is_back_in_its_queue_at_once(broker, start, notes):
    worker = start("worker", broker_url=broker.url, HEADCOUNT_SHUTDOWN_GRACE_SECONDS=1)
    job = jobs.NapOnce.perform_async(30)
    wait_until(notes.lines, 10)
    begun = time.monotonic()
    assert worker.stop(10) == 0
    assert time.monotonic() - begun < 6
    assert find_job(broker.client, job.id).state == "ready"
    state = broker.queue("default")
    assert (state.ready, state.leased, state.drift) == (1, 0, 0)
    assert worker.outcomes(job.id) == ["retried"]
    assert worker.attempts(job.id)[0]["error_type"] == "WorkerShutdown"

    following = start("worker", broker_url=broker.url)
    wait_until(lambda: not broker.pending(), 10)
    assert following.outcomes(job.id) == ["succeeded"]
    assert following.attempts(job.id)[0]["attempt"] == 1, "being stopped costs no retry"
    assert broker.drifts() == {}


def test_a_job_that_ended_within_the_grace_is_not_run_again(broker, start, notes):
    variables = {"HEADCOUNT_CONCURRENCY": 8, "HEADCOUNT_SHUTDOWN_GRACE_SECONDS": 3}
    worker = start("worker", broker_url=broker.url, **variables)
    long = [jobs.Nap.perform_async(30, n) for n in range(7)]
    short = jobs.Nap.perform_async(1, "short")
    wait_until(lambda: len(notes.lines()) == 8, 10)
    assert worker.stop(15) == 0
    assert "end 1 short" in notes
    assert worker.outcomes(short.id) == ["succeeded"]
    assert [worker.outcomes(job.id) for job in long] == [["retried"]] * 7
    state = broker.queue("default")
    assert (state.ready, state.ledger.succeeded, state.drift) == (7, 1, 0)


def test_a_job_without_retries_left_survives_its_worker_s_end_too(broker, start, notes):
    worker = start("worker", broker_url=broker.url, HEADCOUNT_SHUTDOWN_GRACE_SECONDS=0)
    job = jobs.NapOnceUnretried.perform_async(30)
    wait_until(notes.lines, 10)
    assert worker.stop(10) == 0
    assert worker.outcomes(job.id) == ["retried"]
    assert broker.dead_jobs() == []
    start("worker", broker_url=broker.url)
    wait_until(lambda: broker.ledger("default").succeeded == 1, 10)


def test_leased_jobs_that_never_began_go_back_in_order(broker, start, notes):
    worker = start(
        "worker", broker_url=broker.url, HEADCOUNT_PREFETCH=4, HEADCOUNT_CONCURRENCY=1,
        HEADCOUNT_SHUTDOWN_GRACE_SECONDS=1,
    )  # fmt: skip
    jobs.NapOnce.perform_async(30)
    wait_until(notes.lines, 10)
    jobs.Note.perform_bulk([("after", n) for n in range(6)])
    wait_until(lambda: broker.queue("default").leased == 4, 10)
    assert worker.stop(10) == 0
    state = broker.queue("default")
    assert (state.ready, state.leased, state.drift) == (7, 0, 0)
    start("worker", broker_url=broker.url, HEADCOUNT_CONCURRENCY=1)
    wait_until(lambda: not broker.pending(), 10)
    assert notes.lines()[2:] == [f"after {n}" for n in range(6)]


def test_leased_jobs_that_never_began_go_back_when_those_that_ran_ended_in_time(
    broker, start, notes
):
    worker = start("worker", broker_url=broker.url, HEADCOUNT_PREFETCH=4, HEADCOUNT_CONCURRENCY=1)
    jobs.Nap.perform_async(1)
    wait_until(notes.lines, 10)
    jobs.Note.perform_bulk([("after", n) for n in range(6)])
    wait_until(lambda: broker.queue("default").leased == 4, 10)
    assert worker.stop(10) == 0
    state = broker.queue("default")
    assert (state.ready, state.leased, state.drift) == (6, 0, 0)


def test_a_job_that_a_child_was_just_given_when_its_worker_is_stopped_runs_once(
    broker, start, notes
):
    worker = start("worker", broker_url=broker.url, HEADCOUNT_CONCURRENCY=1)
    [child] = worker.children()
    child.suspend()  # so that it is given a job, and does not say yet that it has begun
    job = jobs.Note.perform_async("once")
    wait_until(lambda: broker.queue("default").leased, 10)
    worker.signal(signal.SIGTERM)
    wait_until(lambda: worker.said("stopping"), 10)
    child.resume()
    assert worker.wait(15) == 0
    assert worker.outcomes(job.id) == ["succeeded"]
    assert notes.lines() == ["once"]
    assert broker.pending() == 0


def test_an_idle_worker_stops_at_once_and_says_goodbye(broker, start):
    worker = start("worker", broker_url=broker.url)
    wait_until(lambda: broker.client.hlen("headcount:workers") == 1, 5)
    begun = time.monotonic()
    assert worker.stop(10) == 0
    assert time.monotonic() - begun < 4
    assert broker.client.hlen("headcount:workers") == 0


def test_a_grace_longer_than_the_lease_lets_no_other_worker_take_the_job(broker, start, notes):
    stopping = start(
        "worker", broker_url=broker.url,
        HEADCOUNT_LEASE_SECONDS=3, HEADCOUNT_SHUTDOWN_GRACE_SECONDS=30,
    )  # fmt: skip
    job = jobs.Nap.perform_async(8)
    wait_until(notes.lines, 10)
    other = start("worker", broker_url=broker.url, HEADCOUNT_LEASE_SECONDS=3)
    assert stopping.stop(20) == 0
    assert stopping.outcomes(job.id) == ["succeeded"]
    assert (other.outcomes(job.id), len(notes.lines())) == ([], 2)
    assert broker.queue("default").leases_expired == 0
    assert broker.drifts() == {}


def test_a_worker_stops_in_time_without_its_broker(own_broker, start, enqueue_on, notes):
    enqueue_on(own_broker)
    worker = start("worker", broker_url=own_broker.url, HEADCOUNT_SHUTDOWN_GRACE_SECONDS=2)
    jobs.NapOnce.perform_async(30)
    wait_until(notes.lines, 10)
    own_broker.stop()
    assert worker.stop(15) == 0


@pytest.mark.parametrize("pool", ["prefork", "threads"])
@pytest.mark.parametrize(
    ("first", "second"),
    [(signal.SIGTERM, signal.SIGTERM), (signal.SIGINT, signal.SIGINT), (None, signal.SIGQUIT)],
)
def test_a_second_signal_ends_the_grace_at_once(broker, start, notes, pool, first, second):
    worker = start("worker", "--pool", pool, broker_url=broker.url, HEADCOUNT_PREFETCH=2)
    napping = [jobs.Nap.perform_async(60, n) for n in range(2)]
    wait_until(lambda: len(notes.lines()) == 2, 10)
    waiting = jobs.Note.perform_bulk([("waiting", n) for n in range(4)])
    wait_until(lambda: broker.queue("default").leased == 4, 10)
    if first is not None:
        worker.signal(first)
        wait_until(lambda: draining(broker) == [True], 5)
        assert not worker.ended
    begun = time.monotonic()
    worker.signal(second)
    assert worker.wait(10) == 0
    assert time.monotonic() - begun < 5
    state = broker.queue("default")
    assert (state.ready, state.leased, state.drift) == (6, 0, 0)
    assert [worker.outcomes(job.id) for job in napping] == [["retried"]] * 2
    assert [worker.outcomes(job.id) for job in waiting] == [[]] * 4
    assert broker.client.hlen("headcount:workers") == 0


def test_jobs_leased_behind_a_running_one_go_back_where_there_are_no_children(broker, start, notes):
    jobs.Nap.perform_bulk([(60, n) for n in range(6)])
    worker = start(
        "worker", "--pool", "solo", broker_url=broker.url, HEADCOUNT_PREFETCH=3,
        HEADCOUNT_SHUTDOWN_GRACE_SECONDS=0,
    )  # fmt: skip
    wait_until(notes.lines, 10)
    assert worker.stop(10) == 0
    state = broker.queue("default")
    assert (state.ready, state.leased, state.drift) == (6, 0, 0)


def test_a_draining_worker_says_so_everywhere(broker, start, notes, enqueue_on):
    whole = WholeRound(broker.url, broker, start, enqueue_on, notes)
    worker, sidecar = whole.start("worker"), whole.start("sidecar")
    ready = f"http://127.0.0.1:{sidecar.http_port}/health/ready"
    wait_until(lambda: ask(ready)[0] == 200, 15)
    jobs.Nap.perform_async(60)
    wait_until(notes.lines, 10)
    worker.signal(signal.SIGTERM)
    wait_until(lambda: ask(ready)[0] == 503, 4)
    assert worker.metric("headcount_worker_draining") == 1
    assert "draining" in whole.headcount("workers")[1]
    assert ask(f"http://127.0.0.1:{sidecar.http_port}/health/live")[0] == 200
    worker.signal(signal.SIGTERM)
    assert worker.wait(10) == 0


def test_a_stop_from_afar_is_a_clean_stop_within_the_grace(broker, start, notes):
    worker = start("worker", broker_url=broker.url, HEADCOUNT_SHUTDOWN_GRACE_SECONDS=1)
    jobs.NapOnce.perform_async(60)
    wait_until(notes.lines, 10)
    process_app().control.shutdown()
    assert worker.wait(10) == 0
    assert not worker.said("Traceback")
    assert broker.queue("default").ready == 1


def test_a_hurried_worker_does_not_wait_for_a_frozen_broker(own_broker, start, enqueue_on, notes):
    enqueue_on(own_broker)
    worker = start("worker", broker_url=own_broker.url)
    jobs.NapOnce.perform_async(60)
    wait_until(notes.lines, 10)
    own_broker.freeze()
    worker.signal(signal.SIGTERM)
    wait_until(lambda: worker.said("stopping: "), 5)
    begun = time.monotonic()
    worker.signal(signal.SIGTERM)
    assert worker.wait(10) == 0
    assert time.monotonic() - begun < 6


def draining(broker):
    return [json.loads(one)["draining"] for one in broker.client.hvals("headcount:workers")]
