"""Jobs for later: visible while they wait, on time when they are due, run once."""

import subprocess
import sys
import time
from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest

from tests import sample_jobs as jobs
from tests.headcount_process import ROOT
from tests.waiting import wait_until

LATE_SECONDS = 1.0

pytestmark = pytest.mark.usefixtures("enqueues_here")


def test_a_job_runs_in_so_many_seconds_and_is_seen_waiting(broker, start, notes):
    worker = start("worker", broker_url=broker.url)
    due = time.time() + 1.5
    job = jobs.NoteTime.perform_in(1.5)
    state = broker.queue("default")
    assert (state.scheduled, state.ready, state.drift) == (1, 0, 0)
    wait_until(notes.lines, 5)
    assert due - 0.01 <= float(notes.lines()[0]) <= due + LATE_SECONDS
    wait_until(lambda: not broker.pending(), 5)
    assert broker.queue("default").drift == 0
    assert worker.attempts(job.id)[0]["wait_seconds"] <= LATE_SECONDS, "its delay is no wait"


@pytest.mark.parametrize(
    "when",
    [
        lambda: datetime.now() + timedelta(seconds=1),
        lambda: datetime.now(UTC) + timedelta(seconds=1),
    ],
    ids=["local", "aware"],
)
def test_a_job_runs_at_a_time(broker, start, notes, when):
    start("worker", broker_url=broker.url)
    due = when()
    jobs.NoteTime.perform_at(due)
    assert broker.queue("default").scheduled == 1
    wait_until(notes.lines, 5)
    assert due.timestamp() - 0.01 <= float(notes.lines()[0]) <= due.timestamp() + LATE_SECONDS


def test_a_naive_time_is_the_enqueuer_s_local_time(broker, start, notes):
    start("worker", broker_url=broker.url)
    code = (
        "from datetime import datetime, timedelta; from tests.sample_jobs import NoteTime;"
        "NoteTime.perform_at(datetime.now() + timedelta(seconds=1))"
    )
    environ = {
        "TZ": "America/New_York", "CELERY_BROKER_URL": broker.url, "PYTHONPATH": str(ROOT),
    }  # fmt: skip
    subprocess.run([sys.executable, "-c", code], env=environ, check=True)
    enqueued = time.time()
    wait_until(notes.lines, 5)
    assert enqueued - 1 < float(notes.lines()[0]) < enqueued + 1 + LATE_SECONDS


def test_the_past_is_now(broker, start, notes):
    start("worker", broker_url=broker.url)
    begun = time.monotonic()
    jobs.Note.perform_at(datetime(2001, 1, 1, tzinfo=UTC), "past")
    jobs.Note.perform_in(-5, "past")
    jobs.Note.perform_in(0, "past")
    assert broker.queue("default").scheduled == 0
    wait_until(lambda: notes.lines() == ["past"] * 3, 5)
    assert time.monotonic() - begun < LATE_SECONDS


def test_three_hundred_due_at_once_run_once_each_on_two_workers(broker, start, notes):
    workers = [start("worker", broker_url=broker.url) for _ in range(2)]
    due = datetime.now(UTC) + timedelta(seconds=1.5)
    for n in range(300):
        [jobs.CriticalNote, jobs.Note, jobs.LowNote][n % 3].perform_at(due, n)
    assert sum(state.scheduled for state in broker.queues().values()) == 300
    wait_until(lambda: len(notes.lines()) >= 300 and not broker.pending(), 15)
    assert Counter(notes.lines()) == Counter(str(n) for n in range(300))
    assert sum(len(worker.finished()) for worker in workers) == 300
    assert broker.drifts() == {}


def test_a_scheduled_job_waits_for_a_worker_to_come(broker, start, notes):
    jobs.Note.perform_in(0.2, "overdue")
    wait_until(lambda: broker.queue("default").overdue_seconds > 0.5, 5)
    start("worker", broker_url=broker.url)
    wait_until(lambda: "overdue" in notes, 5)


def test_a_sidecar_promotes_what_is_due_while_no_worker_is_there(broker, start, notes):
    start("sidecar", broker_url=broker.url)
    jobs.NoteTime.perform_in(1)
    wait_until(lambda: broker.queue("default").ready == 1, 5)
    state = broker.queue("default")
    assert (state.scheduled, state.drift) == (0, 0)
    start("worker", broker_url=broker.url)
    wait_until(notes.lines, 5)
    assert len(notes.lines()) == 1


def test_a_sidecar_that_may_only_read_leaves_it_to_the_workers(broker, start):
    broker.client.acl_setuser(
        "reader", enabled=True, passwords=["+secret"], keys=["*"], channels=["*"],
        commands=["+@read", "+@connection", "+info", "+eval", "+evalsha", "+time"],
    )  # fmt: skip
    url = broker.url.replace("redis://", "redis://reader:secret@")
    sidecar = start("sidecar", broker_url=url)
    jobs.NoteTime.perform_in(0.5)
    wait_until(lambda: sidecar.said("promotion waits for the broker"), 5)
    assert broker.queue("default").scheduled == 1
    assert sidecar.stop() == 0
