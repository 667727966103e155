"""What people can do with dead jobs."""

import orjson
import pytest

from service.broker import keys
from service.broker.dead_filter import DeadFilter
from service.broker.dead_moves import DeadMoves
from service.broker.dead_set import TRACEBACK_LIMIT, DeadSet, dead_record
from service.broker.snapshot import LedgerCounts
from service.errors import JobNotFoundError


@pytest.fixture
def dead(jobs):
    return DeadSet(jobs.client)


@pytest.fixture
def moves(jobs):
    return DeadMoves(jobs.client)


def test_the_most_recently_dead_come_first(jobs, dead):
    for name, queue in [("a", "low"), ("b", "critical"), ("c", "low")]:
        jobs.die(name, queue=queue)
    assert [job.id for job in dead.newest(10)] == ["c", "b", "a"]
    assert [job.id for job in dead.newest(1)] == ["c"]
    assert [job.id for job in dead.newest(10, DeadFilter(("low",)))] == ["c", "a"]
    assert (dead.count(), dead.count(DeadFilter(("low",)))) == (3, 2)
    assert dead.ids("low") == ["a", "c"]


def test_nothing_dead_is_an_empty_list(dead):
    assert dead.newest(10) == []


def test_a_retried_job_is_back_in_its_queue_with_all_its_attempts(jobs, moves):
    jobs.die("a", queue="low")
    assert moves.retry("a").task == "mail.Send"
    headers = orjson.loads(jobs.client.lindex("low", 0))["headers"]
    assert (headers["id"], headers["retries"]) == ("a", 0)
    assert jobs.ledger("low") == LedgerCounts(enqueued=2, dead=1)
    assert (jobs.state("low").dead, jobs.tokens("low"), jobs.drifts()) == (0, 1, [0, 0, 0])
    assert not jobs.client.exists(keys.DEAD_RECORDS, keys.DEAD_MESSAGES)


def test_a_retried_job_can_be_taken_and_end_well(jobs, moves):
    jobs.die("a")
    moves.retry("a")
    jobs.end(jobs.reserve()["a"], "succeeded", "a")
    assert jobs.ledger() == LedgerCounts(enqueued=2, dead=1, succeeded=1)


def test_a_poisonous_job_that_is_retried_has_its_deliveries_forgotten(jobs, moves):
    jobs.enqueue("a")
    for _ in range(3):
        jobs.silence(jobs.reserve()["a"])
        jobs.sweep()
    moves.retry("a")
    jobs.silence(jobs.reserve()["a"])
    assert set(jobs.sweep().values()) == {"returned"}


def test_a_poisonous_job_whose_headers_make_no_sense_is_dead_all_the_same(jobs, dead):
    message = orjson.loads(jobs.message("a", enqueued_at="noon", unique=[]))
    message["headers"] |= {"retries": "many", "task": ["x"]}
    jobs.push(b"\n" + orjson.dumps(message))
    for _ in range(3):
        jobs.silence(jobs.reserve_unread())
        jobs.sweep()
    [job] = dead.newest(9)
    assert (job.outcome, job.task, job.enqueued_at) == ("lost", None, None)
    assert jobs.drifts() == [0, 0, 0]


def test_of_two_dead_jobs_of_one_id_both_are_kept_and_can_be_tried_again(jobs, dead, moves):
    for queue, task in (("default", "first.Task"), ("low", "second.Task")):
        jobs.client.lpush(queue, jobs.message("a", task))
        jobs.bury(jobs.reserve()["a"], "a")
    assert dead.ids("default") == ["a"]
    [second] = dead.ids("low")
    for place, queue, task in ((second, "low", "second.Task"), ("a", "default", "first.Task")):
        assert dead.find(place).queue == queue
        moves.retry(place)
        headers = orjson.loads(jobs.client.rpop(queue))["headers"]
        assert (headers["id"], headers["task"]) == ("a", task)
    assert not jobs.client.exists(keys.DEAD_RECORDS, keys.DEAD_MESSAGES)


def test_a_dropped_job_is_gone_and_stays_counted_as_dead(jobs, dead, moves):
    jobs.die("a")
    moves.drop("a")
    assert jobs.ledger() == LedgerCounts(enqueued=1, dead=1)
    assert dead.count() == 0
    assert not jobs.client.exists(keys.DEAD_RECORDS, keys.DEAD_MESSAGES)


def test_a_job_that_is_not_dead_is_named(dead, moves):
    for do in (dead.find, moves.retry, moves.drop):
        with pytest.raises(JobNotFoundError, match="no dead job has the id 'nope'"):
            do("nope")


@pytest.mark.parametrize("do", ["retry", "drop"])
def test_only_the_first_of_two_people_moves_a_job(jobs, moves, do):
    jobs.die("a")
    getattr(moves, do)("a")
    with pytest.raises(JobNotFoundError):
        getattr(moves, do)("a")
    assert jobs.drifts() == [0, 0, 0]


def test_a_record_keeps_the_end_of_a_traceback():
    record = orjson.loads(
        dead_record(
            job_id="a",
            queue="low",
            outcome="failed",
            headers={"headcount": {"enqueued_at": 5.0}},
            traceback="x" * TRACEBACK_LIMIT + "the error",
        )
    )
    assert len(record["traceback"]) == TRACEBACK_LIMIT
    assert record["traceback"].endswith("the error")
    assert record["enqueued_at"] == 5.0


@pytest.mark.parametrize(
    ("stamped", "shown"), [({"correlation_id": "order-7"}, "order-7"), ({}, "a")]
)
def test_a_record_has_the_correlation_id_whoever_writes_it(stamped, shown):
    headers = {"headcount": stamped}
    record = dead_record(job_id="a", queue="low", outcome="lost", headers=headers)
    assert orjson.loads(record)["correlation_id"] == shown
