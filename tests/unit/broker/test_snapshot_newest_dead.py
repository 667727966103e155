"""The newest dead jobs in a reader's snapshots: what everyone may see of them, no more."""

from dataclasses import asdict

import pytest

from service.broker import keys
from service.broker.dead_moves import DeadMoves
from service.broker.dead_set import dead_record
from service.broker.newest_dead import NEWEST
from service.broker.snapshot_reader import SnapshotReader

SECRET = "4111 1111 1111 1111"


@pytest.fixture
def read(broker):
    return SnapshotReader(broker.client, broker.url)


def ids(snapshot):
    return [entry.id for entry in snapshot.newest_dead]


def test_the_newest_of_all_queues_come_first(jobs, read):
    jobs.die("a", queue="low")
    jobs.die("b", queue="critical")
    assert ids(read()) == ["b", "a"]
    jobs.die("c", queue="low")
    assert [(entry.id, entry.queue) for entry in read().newest_dead] == [
        ("c", "low"), ("b", "critical"), ("a", "low"),
    ]  # fmt: skip


def test_many_dead_jobs_show_as_a_few(jobs, read):
    jobs.die(*[f"job-{number}" for number in range(NEWEST + 5)])
    assert ids(read()) == [f"job-{number}" for number in range(NEWEST + 4, 4, -1)]


def test_a_retried_job_is_gone_and_back_with_its_new_time_when_it_dies_again(jobs, read):
    jobs.die("a", "b")
    before = read().newest_dead[1]
    DeadMoves(jobs.client).retry("a")
    assert ids(read()) == ["b"]
    jobs.bury(jobs.reserve()["a"], "a")
    again = read().newest_dead[0]
    assert again.id == before.id == "a"
    assert again.died_at > before.died_at


def test_nothing_of_an_error_but_its_class_is_shown(jobs, read):
    jobs.enqueue("a")
    record = dead_record(
        job_id="a", headers={}, queue="default", outcome="failed", task="shop.Charge",
        error_type="CardError", error=f"card {SECRET} refused", traceback=SECRET, attempts=4,
    )  # fmt: skip
    jobs.end(jobs.reserve()["a"], "dead", "a", record)
    (entry,) = read().newest_dead
    assert (entry.task, entry.error_type, entry.attempts) == ("shop.Charge", "CardError", 4)
    assert SECRET not in str(asdict(entry))


def test_a_dead_job_without_a_record_is_left_out(jobs, read, broker):
    jobs.die("a")
    broker.client.zadd(keys.dead("low"), {"lost": 9e9})
    assert ids(read()) == ["a"]


@pytest.mark.parametrize("record", [b"{}", b"[1]", b"no JSON", b"\xff", b'{"id": "of another"}'])
def test_a_record_that_somebody_else_has_written_is_left_out(jobs, read, broker, record):
    jobs.die("a", "b")
    broker.client.hset(keys.DEAD_RECORDS, "b", record)
    broker.client.zadd(keys.dead("low"), {b"\xff\xfe": 1e12})
    assert ids(read()) == ["a"]
