"""A worker's parent process is killed: its jobs come back, and no child of it runs on."""

import signal

import psutil
import pytest

from tests import sample_jobs as jobs
from tests.waiting import wait_until

LEASE_SECONDS = 3

pytestmark = pytest.mark.usefixtures("enqueues_here")


def test_jobs_of_a_killed_worker_come_back_and_run_elsewhere(broker, start, notes):
    first = start("worker", broker_url=broker.url, HEADCOUNT_LEASE_SECONDS=LEASE_SECONDS)
    napping = [jobs.Nap.perform_async(2, n) for n in range(2)]
    wait_until(lambda: len(notes.lines()) == 2, 10)
    children = first.children()
    first.signal(signal.SIGKILL)
    gone, alive = psutil.wait_procs(children, timeout=3)
    assert (len(gone), alive) == (len(children), [])

    second = start("worker", broker_url=broker.url, HEADCOUNT_LEASE_SECONDS=LEASE_SECONDS)
    wait_until(lambda: len(notes.lines()) == 4, LEASE_SECONDS + 5, "they did not come back")
    wait_until(lambda: not broker.pending(), 10)
    assert {job.id: second.outcomes(job.id) for job in napping} == {
        job.id: ["succeeded"] for job in napping
    }
    assert broker.queue("default").leases_expired == 2
    assert second.metric("headcount_jobs_received_total", redelivered="true") == 2
    assert broker.ledger("default").enqueued == 2
    assert broker.drifts() == {}


def test_a_job_that_always_takes_its_worker_along_is_dead_after_three(broker, start, notes):
    job = jobs.KillTheWorker.perform_async()
    assert jobs.KillTheWorker.perform_async().id == job.id
    for delivery in range(1, 4):
        worker = start("worker", broker_url=broker.url, HEADCOUNT_LEASE_SECONDS=LEASE_SECONDS)
        wait_until(lambda n=delivery: len(notes.lines()) == n, LEASE_SECONDS + 5)
        worker.wait(10)
    start("worker", broker_url=broker.url, HEADCOUNT_LEASE_SECONDS=LEASE_SECONDS)
    wait_until(broker.dead_jobs, LEASE_SECONDS + 5)
    [dead] = broker.dead_jobs()
    assert (dead.id, dead.outcome, dead.attempts) == (job.id, "lost", 3)
    assert broker.pending() == 0
    assert broker.queue("default").leases_expired == 3
    assert len(notes.lines()) == 3
    assert broker.drifts() == {}
    assert jobs.KillTheWorker.perform_async().id != job.id, "its uniqueness outlived it"


def test_a_job_may_run_longer_than_a_lease(broker, start, notes):
    for _ in range(2):
        start("worker", broker_url=broker.url, HEADCOUNT_LEASE_SECONDS=LEASE_SECONDS)
    jobs.Nap.perform_async(1.5 * LEASE_SECONDS)
    wait_until(lambda: len(notes.lines()) == 2 and not broker.pending(), 15)
    assert notes.lines() == ["start 4.5 None", "end 4.5 None"]
    assert broker.queue("default").leases_expired == 0
    assert broker.ledger("default").succeeded == 1


def test_a_frozen_worker_s_late_word_does_not_count_twice(broker, start, notes):
    frozen = start("worker", broker_url=broker.url, HEADCOUNT_LEASE_SECONDS=LEASE_SECONDS)
    job = jobs.Nap.perform_async(1)
    wait_until(notes.lines, 10)
    frozen.signal(signal.SIGSTOP)
    awake = start("worker", broker_url=broker.url, HEADCOUNT_LEASE_SECONDS=LEASE_SECONDS)
    wait_until(lambda: awake.attempts(job.id), LEASE_SECONDS + 6)
    frozen.signal(signal.SIGCONT)
    wait_until(lambda: frozen.attempts(job.id), 5)
    jobs.Note.perform_async("after")
    wait_until(lambda: "after" in notes and not broker.pending(), 5)
    ledger = broker.ledger("default")
    assert (ledger.enqueued, ledger.succeeded) == (2, 2)
    assert broker.drifts() == {}


def test_a_killed_child_is_noticed_at_once(broker, start):
    worker = start("worker", broker_url=broker.url)
    for _ in range(12):
        job = jobs.KillSelf.perform_async()
        wait_until(lambda job=job: worker.outcomes(job.id) == ["lost"], 2, "noticed too late")
