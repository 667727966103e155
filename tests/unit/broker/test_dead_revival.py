"""A dead job that is tried again is the same job: its id, its times, its uniqueness, its bytes."""

import time

import orjson
import pytest

from service.broker import keys
from service.broker.dead_filter import EVERYTHING
from service.broker.dead_moves import DeadMoves
from service.broker.dead_set import dead_record
from service.broker.revival import revive
from service.errors import EnqueueError

UNIQUE = keys.unique("mail.Send", "digest")


@pytest.fixture
def moves(jobs):
    return DeadMoves(jobs.client)


@pytest.fixture
def die(jobs):
    """Let a message die, as it lies in its queue."""

    def die(message, job_id="a"):
        jobs.push(message)
        tag = jobs.reserve_unread()
        record = dead_record(job_id=job_id, headers={}, queue="default", outcome="failed")
        jobs.end(tag, "dead", job_id, record, unique=UNIQUE)

    return die


def back(jobs):
    """The message that is in the queue, without the mark that counts it."""
    return jobs.client.lindex("default", 0).removeprefix(b"\n")


def test_it_keeps_its_id_its_first_enqueue_time_and_its_correlation_id(jobs, moves, die):
    message = orjson.loads(jobs.message("a", enqueued_at=5.5, first_due_at=6.5))
    message["headers"] |= {"retries": 3, "expires": "2020-01-01T00:00:00+00:00", "root_id": "r"}
    message["headers"]["headcount"]["correlation_id"] = "order-7"
    die(orjson.dumps(message))
    begun = time.time()
    moves.retry("a")
    found = orjson.loads(back(jobs))
    ours = found["headers"].pop("headcount")
    assert found["headers"] == {
        "id": "a", "task": "mail.Send", "retries": 0, "expires": None, "root_id": "r",
    }  # fmt: skip
    assert (ours["enqueued_at"], ours["correlation_id"]) == (5.5, "order-7")
    assert ours["due_at"] == ours["first_due_at"] >= begun
    assert (found["body"], found["properties"]) == (message["body"], message["properties"])


def test_a_message_of_plain_celery_has_its_attempts_again_too():
    message = {"body": "[]", "headers": {"id": "a", "task": "t", "retries": 2, "expires": "x"}}
    headers = orjson.loads(revive(b"\n" + orjson.dumps(message)).message)["headers"]
    assert (headers["retries"], headers["expires"]) == (0, None)


@pytest.mark.parametrize(
    "message",
    [
        b"\x00\xff not json \xfe",
        b" \n ",
        b"",
        b"42",
        b'{"headers": "text"}',
        b'{ "headers": {"retries": "many"},  "b": 1}',
    ],
)
def test_what_nobody_can_read_goes_back_byte_for_byte(jobs, moves, die, message):
    die(b"\n" + message)
    moves.retry("a")
    assert back(jobs) == message
    assert (jobs.state().ready, jobs.tokens()) == (1, 1)


# -- uniqueness


@pytest.fixture
def dead_and_unique(jobs, die):
    """A dead job whose uniqueness lasted a minute from its enqueueing."""
    die(b"\n" + jobs.message("a", unique=[UNIQUE, 60_000]).encode())


@pytest.mark.usefixtures("dead_and_unique")
def test_it_holds_its_uniqueness_again(jobs, moves):
    moves.retry("a")
    assert jobs.client.get(UNIQUE) == b"a"
    assert 55_000 < jobs.client.pttl(UNIQUE) <= 60_000
    assert jobs.enqueue("b", unique=UNIQUE) == "pending a"
    jobs.end(jobs.reserve()["a"], "succeeded", "a", unique=UNIQUE)
    assert jobs.enqueue("c", unique=UNIQUE) == "enqueued"


@pytest.mark.usefixtures("dead_and_unique")
def test_beside_a_pending_job_of_the_same_uniqueness_it_stays_dead(jobs, moves):
    jobs.enqueue("b", unique=UNIQUE)
    with pytest.raises(EnqueueError, match="dead job 'a' stays dead: job 'b' with the same"):
        moves.retry("a")
    assert [batch.fates for batch in moves.retry_all(EVERYTHING)] == [["pending"]]
    assert (jobs.state().dead, jobs.waiting(), jobs.client.get(UNIQUE)) == (1, ["b"], b"b")
    assert jobs.drifts()[1] == 0
    jobs.end(jobs.reserve()["b"], "succeeded", "b", unique=UNIQUE)
    moves.retry("a")
    assert jobs.waiting() == ["a"]


def test_of_several_dead_jobs_with_one_uniqueness_one_is_tried_again(jobs, moves, die):
    for name in "abc":
        die(b"\n" + jobs.message(name, unique=[UNIQUE, 60_000]).encode(), name)
    assert [batch.fates for batch in moves.retry_all(EVERYTHING)] == [["done", *["pending"] * 2]]
    assert jobs.waiting() == ["a"]


@pytest.mark.parametrize("nonsense", [7, [], ["key"], ["key", "long"], [7, 7], ["key", 0]])
def test_a_uniqueness_that_makes_no_sense_is_none(jobs, moves, die, nonsense):
    die(b"\n" + jobs.message("a", unique=nonsense).encode())
    moves.retry("a")
    assert jobs.state().ready == 1
    assert not jobs.client.exists("key")
