"""Two thousand jobs of all kinds at once: everyone who counts them counts the same."""

import random
from collections import Counter, defaultdict

import pytest

from tests import sample_jobs as jobs
from tests.integration.jobs.account import ledger_state
from tests.waiting import wait_until
from workers.process_app import process_app

TOTAL = 2_000
SEED = 20_261
PLAIN = "tests.sample_jobs.{}".format

KINDS = [
    (600, jobs.Note, ("note",), ["succeeded"]),
    (300, jobs.CriticalNote, ("critical",), ["succeeded"]),
    (300, jobs.LowNote, ("low",), ["succeeded"]),
    (120, jobs.Fail, (), ["failed"]),
    (120, jobs.FailTwice, ("twice",), ["retried", "retried", "succeeded"]),
    (120, jobs.FailAlways, (), ["retried", "retried", "failed"]),
    (100, jobs.IgnoreIt, (), ["succeeded"]),
    (80, jobs.RejectIt, (), ["rejected"]),
    (60, jobs.ShortLived, (), ["expired"]),
    (60, jobs.Keep, (7,), ["succeeded"]),
    (20, jobs.Unserialisable, (), ["failed"]),
    (15, jobs.OutOfMemory, (), ["failed"]),
    (8, jobs.SoftLimit, (), ["timed_out"]),
    (6, jobs.HardLimit, (), ["timed_out"]),
    (8, jobs.KillSelf, (), ["lost"]),
    (8, jobs.KillSelfOnce, ("once",), ["retried", "succeeded"]),
    (5, jobs.Exit, (), ["lost"]),
    (30, PLAIN("plain_note"), ("plain",), ["succeeded"]),
    (20, PLAIN("plain_retry"), ("again",), ["retried", "failed"]),
    (10, PLAIN("plain_move"), ("move",), ["retried", "succeeded"]),
    (10, "no.such.Task", (), ["unknown"]),
]


@pytest.mark.usefixtures("enqueues_here")
def test_metrics_log_ledger_and_notes_agree_job_by_job(broker, start, notes):
    worker = start("worker", broker_url=broker.url, HEADCOUNT_CONCURRENCY=4)
    expected = {enqueue(kind, args): (kind, outcomes) for kind, args, outcomes in shuffled()}
    assert len(expected) == TOTAL
    wait_until(lambda: not broker.pending(), 60, f"jobs left; its log: {worker.log}")

    assert outcomes_by_job(worker.finished()) == {
        job_id: outcomes for job_id, (_, outcomes) in expected.items()
    }
    assert worker.processed() == Counter(
        (line["queue"], line["task"], line["outcome"]) for line in worker.finished()
    )
    assert broker.drifts() == {}
    assert ledger_totals(broker) == Counter(
        ledger_state(outcomes[-1]) for _, outcomes in expected.values()
    )
    assert {job.id: job.outcome for job in broker.dead_jobs()} == {
        job_id: outcomes[-1]
        for job_id, (_, outcomes) in expected.items()
        if ledger_state(outcomes[-1]) == "dead"
    }
    noted = Counter(line.split()[0] for line in notes.lines())
    assert (noted["note"], noted["critical"], noted["low"]) == (600, 300, 300)
    assert (noted["twice"], noted["once"], noted["again"], noted["move"]) == (360, 16, 40, 20)
    assert broker.client.exists("unacked", "unacked_index") == 0
    assert worker.metric("headcount_jobs_running") == 0
    assert worker.metric("headcount_worker_busy_slots") == 0
    assert received(worker) == worker.processed().total()


def shuffled():
    jobs_of_all_kinds = [kind for count, *kind in KINDS for _ in range(count)]
    random.Random(SEED).shuffle(jobs_of_all_kinds)
    return jobs_of_all_kinds


def enqueue(kind, args):
    if isinstance(kind, str):
        return process_app().send_task(kind, args).id
    return kind.perform_async(*args).id


def outcomes_by_job(lines):
    found = defaultdict(dict)
    for line in lines:
        assert line["attempt"] not in found[line["job_id"]], f"told of twice: {line}"
        found[line["job_id"]][line["attempt"]] = line["outcome"]
    return {job_id: [by[n] for n in sorted(by)] for job_id, by in found.items()}


def ledger_totals(broker):
    ledgers = [state.ledger for state in broker.queues().values()]
    totals = {name: sum(getattr(ledger, name) for ledger in ledgers)
              for name in ("succeeded", "dead", "discarded")}  # fmt: skip
    assert sum(ledger.enqueued - ledger.moved for ledger in ledgers) == TOTAL
    return Counter(totals)


def received(worker):
    return sum(value for _, value in worker.samples("headcount_jobs_received_total"))
