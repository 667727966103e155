"""The broker goes away and comes back under a working worker: nothing is lost or done twice."""

import time

import psutil
import pytest

from tests import sample_jobs as jobs
from tests.waiting import wait_until
from workers.process_app import process_app

AWAY_SECONDS = 4


@pytest.fixture
def worker(own_broker, start, enqueue_on):
    enqueue_on(own_broker)
    return start("worker", broker_url=own_broker.url)


def test_a_running_and_waiting_jobs_outlive_a_stopped_broker(own_broker, worker, notes):
    napping = [jobs.Nap.perform_async(3, n) for n in range(2)]
    waiting = [jobs.Note.perform_async("waited", n) for n in range(5)]
    scheduled = jobs.Note.perform_in(3, "scheduled")
    wait_until(lambda: len(notes.lines()) == 2, 10)
    own_broker.stop()
    be_away()
    own_broker.start()
    ended = [*napping, *waiting, scheduled]
    check_that_all_succeeded_once(own_broker, worker, ended, seconds=15)
    assert sorted(notes.lines()) == sorted(
        [f"{end} 3 {n}" for n in range(2) for end in ("start", "end")]
        + [f"waited {n}" for n in range(5)]
        + ["scheduled"]
    )
    assert worker.metric("headcount_broker_reconnects_total") >= 1
    assert answers_to_ping()


@pytest.mark.parametrize("kind", ["normal", "all"])
def test_closed_connections_disturb_no_running_job(own_broker, worker, notes, kind):
    napping = jobs.Nap.perform_async(1, kind)
    waiting = [jobs.Note.perform_async("waited", n) for n in range(5)]
    wait_until(lambda: f"start 1 {kind}" in notes, 10)
    for _ in range(3):
        own_broker.client.execute_command("CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes")
        if kind == "all":
            own_broker.client.execute_command("CLIENT", "KILL", "TYPE", "pubsub")
    check_that_all_succeeded_once(own_broker, worker, [napping, *waiting], seconds=15)
    assert notes.lines().count(f"start 1 {kind}") == 1
    wait_until(answers_to_ping, 15)


def test_forgotten_scripts_are_loaded_again(own_broker, worker):
    before = [jobs.Note.perform_async("before") for _ in range(3)]
    check_that_all_succeeded_once(own_broker, worker, before)
    own_broker.client.script_flush()
    after = [jobs.Note.perform_async("after") for _ in range(3)]
    after += jobs.Note.perform_bulk([("after",)] * 3)
    after.append(jobs.Note.perform_in(0.5, "after"))
    check_that_all_succeeded_once(own_broker, worker, [*before, *after])


def test_jobs_that_end_while_the_broker_is_away_are_recorded(own_broker, worker, notes):
    ends = {
        jobs.FailLate.perform_async(1).id: ["failed"],
        jobs.RetryLate.perform_async(1).id: ["retried", "succeeded"],
    }
    wait_until(lambda: own_broker.queue("default").leased == 2, 10)
    own_broker.stop()
    wait_until(lambda: len(worker.finished()) == 2, 10, "their ends are known at once")
    own_broker.start()
    wait_until(lambda: not own_broker.pending(), 15)
    assert {job_id: worker.outcomes(job_id) for job_id in ends} == ends
    assert [job.outcome for job in own_broker.dead_jobs()] == ["failed"]
    assert own_broker.drifts() == {}


def test_limits_and_kills_while_the_broker_is_away_are_recorded(own_broker, worker):
    ends = {
        jobs.HardLimitKept.perform_async().id: ["timed_out"],
        jobs.KillSelfLate.perform_async(0.3).id: ["lost"],
    }
    wait_until(lambda: worker.metric("headcount_worker_busy_slots") == 2, 10)
    own_broker.stop()
    wait_until(lambda: len(worker.finished()) == 2, 10)
    own_broker.start()
    wait_until(lambda: not own_broker.pending(), 15)
    assert {job_id: worker.outcomes(job_id) for job_id in ends} == ends
    assert own_broker.drifts() == {}
    after = jobs.Note.perform_async("after")
    wait_until(lambda: worker.outcomes(after.id), 10)


@pytest.mark.parametrize("away", ["stop", "freeze"])
def test_a_worker_without_its_broker_neither_spins_nor_stands_still(own_broker, worker, away):
    napping = [jobs.Nap.perform_async(seconds) for seconds in (1, 3)]
    wait_until(lambda: own_broker.queue("default").leased == 2, 10)
    begun, busy_before = time.monotonic(), cpu_seconds(worker)
    getattr(own_broker, away)()
    wait_until(lambda: worker.attempts(napping[0].id), 3, "its end was not seen")
    wait_until(lambda: worker.attempts(napping[1].id), 3, "its end was not seen")
    assert cpu_seconds(worker) - busy_before < 0.3 * (time.monotonic() - begun)


def test_a_frozen_broker_is_waited_for(own_broker, worker, notes):
    napping = jobs.Nap.perform_async(1, "frozen")
    wait_until(lambda: "start 1 frozen" in notes, 10)
    own_broker.freeze()
    wait_until(worker.finished, 10)
    be_away(5)  # longer than one command may take
    own_broker.thaw()
    after = jobs.Note.perform_async("after")
    check_that_all_succeeded_once(own_broker, worker, [napping, after], seconds=20)


def test_who_asks_all_workers_is_answered_when_the_time_is_over(worker):
    begun = time.monotonic()
    assert len(process_app().control.ping(timeout=2)) == 1
    assert time.monotonic() - begun < 8


def test_a_worker_started_before_its_broker_waits_for_it(own_broker, start, enqueue_on):
    enqueue_on(own_broker)
    job = jobs.Note.perform_async("early")
    own_broker.stop()
    worker = start("worker", broker_url=own_broker.url, wait=False)
    be_away(2)
    assert not worker.ended
    own_broker.start()
    check_that_all_succeeded_once(own_broker, worker, [job], seconds=15)


@pytest.mark.parametrize("option", [("min-replicas-to-write", 1), ("maxmemory", 1)])
def test_a_worker_started_while_its_broker_refuses_writes_waits_for_it(
    own_broker, start, enqueue_on, option
):
    enqueue_on(own_broker)
    note = jobs.Note.perform_async("waited")
    own_broker.client.config_set(*option)
    worker = start("worker", broker_url=own_broker.url)
    own_broker.client.config_set(option[0], 0)
    check_that_all_succeeded_once(own_broker, worker, [note])
    wait_until(answers_to_ping, 15)


def test_an_emptied_broker_ends_running_jobs_uncounted_and_stops_nobody(own_broker, worker, notes):
    napping = jobs.Nap.perform_async(1, "forgotten")
    wait_until(lambda: "start 1 forgotten" in notes, 10)
    own_broker.client.flushdb()
    after = [jobs.Note.perform_async("after", n) for n in range(3)]
    after.append(jobs.Note.perform_in(0.5, "after", "a while"))
    check_that_all_succeeded_once(own_broker, worker, [napping, *after])
    assert own_broker.ledger("default").enqueued == len(after)
    assert own_broker.ledger("default").succeeded == len(after)


def be_away(seconds=AWAY_SECONDS):
    """Let time pass: that nothing happens in it is what is tested."""
    time.sleep(seconds)


def check_that_all_succeeded_once(broker, worker, ended, seconds=10):
    wait_until(
        lambda: worker.ended or (len(worker.finished()) == len(ended) and not broker.pending()),
        seconds,
        f"not all ended; its log: {worker.log}",
    )
    assert not worker.ended
    assert {job.id: worker.outcomes(job.id) for job in ended} == {
        job.id: ["succeeded"] for job in ended
    }
    assert broker.drifts() == {}


def cpu_seconds(worker):
    times = psutil.Process(worker.pid).cpu_times()
    return times.user + times.system


def answers_to_ping():
    return process_app().control.ping(timeout=1)
