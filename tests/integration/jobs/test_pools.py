"""The pools without child processes: the same accounting."""

from collections import Counter

import pytest

from tests import sample_jobs as jobs
from tests.integration.jobs.account import ledger_state
from tests.waiting import wait_until
from workers.process_app import process_app

pytestmark = pytest.mark.usefixtures("enqueues_here")

KINDS = {
    jobs.Note: ["succeeded"],
    jobs.CriticalNote: ["succeeded"],
    jobs.LowNote: ["succeeded"],
    jobs.Fail: ["failed"],
    jobs.FailAlways: ["retried", "retried", "failed"],
    jobs.RejectIt: ["rejected"],
    jobs.IgnoreIt: ["succeeded"],
    jobs.ShortLived: ["expired"],
    jobs.Unserialisable: ["failed"],
    jobs.OutOfMemory: ["failed"],
    jobs.Exit: ["lost"],
}


@pytest.mark.parametrize("pool", ["threads", "solo"])
def test_every_outcome_is_counted_without_child_processes(broker, start, pool):
    worker = start("worker", "--pool", pool, broker_url=broker.url)
    ends = {job_class.perform_async().id: outcomes for job_class, outcomes in KINDS.items()}
    unfit = process_app().signature("tests.sample_jobs.plain", ("an", "errback"))
    ends[process_app().send_task("tests.sample_jobs.plain_fail", link_error=unfit).id] = ["failed"]
    broker.push("default", b"garbage")
    after = jobs.Note.perform_in(0.5, "after")
    ends[after.id] = ["succeeded"]
    wait_until(lambda: worker.ended or not broker.pending(), 15)
    assert not worker.ended
    assert {job_id: worker.outcomes(job_id) for job_id in ends} == ends
    assert worker.processed().total() == len(worker.finished())
    assert broker.drifts() == {}
    states = Counter(ledger_state(outcomes[-1]) for outcomes in ends.values()) + Counter(dead=1)
    ledgers = [state.ledger for state in broker.queues().values()]
    assert states == {name: sum(getattr(one, name) for one in ledgers) for name in states}
    assert worker.stop(10) == 0


@pytest.mark.parametrize("pool", ["threads", "solo"])
def test_the_log_names_the_job_without_child_processes(broker, start, pool):
    worker = start("worker", "--pool", pool, broker_url=broker.url)
    job = jobs.Parent.perform_async("speaker")
    wait_until(lambda: len(worker.finished()) == 2, 10)
    for event in ("printed by speaker", "logged by speaker"):
        [line] = worker.lines(event)
        assert (line["job_id"], line["correlation_id"]) == (job.id, job.id)


def test_threads_perform_side_by_side_and_finish_before_they_stop(broker, start, notes):
    worker = start("worker", "--pool", "threads", broker_url=broker.url)
    for n in range(2):
        jobs.Nap.perform_async(1, n)
    wait_until(lambda: len(notes.lines()) == 2, 10)
    assert worker.stop(10) == 0
    assert [line["outcome"] for line in worker.finished()] == ["succeeded"] * 2
    assert broker.drifts() == {}
    assert broker.pending() == 0


@pytest.mark.parametrize("pool", ["threads", "solo"])
def test_a_backlog_is_worked_off_without_pauses(broker, start, pool):
    worker = start("worker", "--pool", pool, broker_url=broker.url)
    jobs.Nap.perform_bulk([(0.05,)] * 30)
    wait_until(lambda: len(worker.finished()) == 30, 5)


def test_solo_outlives_its_broker(own_broker, start, enqueue_on, notes):
    enqueue_on(own_broker)
    worker = start("worker", "--pool", "solo", broker_url=own_broker.url)
    jobs.Nap.perform_async(1)
    wait_until(notes.lines, 10)
    own_broker.stop()
    wait_until(lambda: "end 1 None" in notes, 10)
    own_broker.start()
    after = jobs.Note.perform_async("after")
    wait_until(lambda: worker.ended or (worker.attempts(after.id) and not own_broker.pending()), 20)
    assert not worker.ended
    assert own_broker.drifts() == {}
