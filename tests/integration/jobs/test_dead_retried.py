"""Dead jobs that people try again: the same jobs, run by a real worker."""

import pytest

from service.broker.dead_moves import DeadMoves
from service.errors import EnqueueError
from tests import sample_jobs as jobs


@pytest.fixture
def moves(broker):
    """Asked for before the account: the broker it comes with is empty."""
    return DeadMoves(broker.client)


def test_a_retried_job_has_its_attempts_again_and_dies_as_the_same_job(moves, account):
    job = jobs.FailAlways.perform_async()
    account.settle(3)
    before = account.dead(job.id)
    moves.retry(job.id)
    account.settle(6)
    lines = account.worker.attempts(job.id)
    assert [line["attempt"] for line in lines] == [1, 2, 3, 1, 2, 3]
    assert {line["correlation_id"] for line in lines} == {job.id}
    again = account.dead(job.id)
    assert (again.enqueued_at, again.correlation_id) == (before.enqueued_at, before.correlation_id)
    assert again.died_at > before.died_at
    assert account.ledger("default") == {"enqueued": 2, "dead": 2}
    assert account.broker.drifts() == {}


def test_a_retried_unique_job_is_the_one_that_is_pending(moves, account):
    dead = jobs.OnlyOneFails.perform_async()
    account.settle(1)
    pending = jobs.OnlyOneFails.perform_in(600)
    assert pending.id != dead.id
    with pytest.raises(EnqueueError, match=f"stays dead: job '{pending.id}' with the same"):
        moves.retry(dead.id)
    assert account.dead(dead.id) is not None
    assert account.broker.drifts() == {}


def test_an_undecodable_message_that_is_retried_is_dead_again_unchanged(moves, account):
    garbage = b"\x00\xff not json \xfe"
    account.broker.push("default", garbage)
    account.settle(1)
    first = account.broker.dead_jobs()[0]
    moves.retry(first.id)
    account.settle(2)
    [again] = account.broker.dead_jobs()
    kept = account.broker.client.hget("headcount:dead:messages", again.id)
    assert kept.removeprefix(b"\n") == garbage
    assert account.ledger("default") == {"enqueued": 2, "dead": 2}
