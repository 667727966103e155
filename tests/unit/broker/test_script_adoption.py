"""Jobs that no script of ours has enqueued: each is counted once, whoever had it meanwhile."""

import json
import time

import pytest

from service.broker import keys
from service.broker.snapshot import LedgerCounts

GIVEN_BACK = {"redelivered": True}
RETRIED = {"retries": 1, "argsrepr": "(7,)"}


def test_a_job_of_a_plain_celery_client_is_adopted(jobs):
    jobs.publish_as_celery_does("a")
    assert jobs.ledger() == LedgerCounts()
    tag = jobs.reserve()["a"]
    assert jobs.ledger() == LedgerCounts(enqueued=1)
    jobs.silence(tag)
    jobs.sweep()
    jobs.reserve()
    assert jobs.ledger() == LedgerCounts(enqueued=1)
    assert jobs.drifts() == [0, 0, 0]


@pytest.mark.parametrize("separators", [(", ", ": "), (",", ":")])
@pytest.mark.parametrize("plainly", [GIVEN_BACK, RETRIED], ids=["given back", "retried"])
def test_a_counted_job_that_a_plain_worker_had_is_not_counted_again(jobs, plainly, separators):
    message = counted_message(jobs)
    message["headers"] |= plainly
    message["properties"]["delivery_info"] |= plainly
    jobs.client.rpush("default", json.dumps(message, separators=separators))
    jobs.end(jobs.reserve()["ours"], "succeeded")
    assert (jobs.ledger().enqueued, jobs.ledger().succeeded) == (1, 1)


@pytest.mark.parametrize("changes", [{}, {"retries": 4}, {"redelivered": True}], ids=str)
def test_a_copy_of_a_counted_job_s_message_is_counted_itself(jobs, changes):
    message = counted_message(jobs)
    message["headers"] |= changes
    for _ in range(2):
        jobs.client.rpush("default", json.dumps(message))
        jobs.end(jobs.reserve()["ours"], "succeeded")
    assert jobs.ledger().succeeded == 2
    assert jobs.ledger().enqueued == 1 + 2


def test_a_counted_job_that_a_plain_worker_took_along_is_not_counted_again(jobs):
    message = counted_message(jobs)
    jobs.client.hset(keys.UNACKED, "plain-tag", json.dumps([message, "", "default"]))
    jobs.client.zadd(keys.UNACKED_INDEX, {"plain-tag": time.time() - 3700})
    jobs.sweep()
    jobs.end(jobs.reserve()["ours"], "succeeded")
    assert (jobs.ledger().enqueued, jobs.ledger().succeeded) == (1, 1)


def test_words_in_a_plain_job_s_message_do_not_pass_for_a_count(jobs):
    message = json.loads(jobs.message("plain"))
    del message["headers"]["headcount"]
    message["headers"]["argsrepr"] = json.dumps({"headcount": {"enqueued_at": 1}})
    jobs.client.lpush("default", json.dumps(message))
    jobs.end(jobs.reserve()["plain"], "succeeded")
    assert (jobs.ledger().enqueued, jobs.ledger().succeeded) == (1, 1)


def test_what_a_plain_worker_has_held_for_an_hour_goes_back_and_is_adopted(jobs):
    jobs.take_as_a_plain_worker_does("new", ago_seconds=3500)
    jobs.take_as_a_plain_worker_does("old", ago_seconds=3700)
    jobs.sweep()
    assert jobs.waiting() == ["old"]
    assert list(jobs.reserve(9)) == ["old"]
    assert jobs.ledger() == LedgerCounts(enqueued=1)


def counted_message(jobs):
    """A message that the ledger has counted, as a plain worker takes it."""
    jobs.enqueue("ours")
    message = json.loads(jobs.client.rpop("default"))
    message["headers"]["argsrepr"] = "(hidden)"
    message["headers"]["headcount"] = {"correlation_id": "a-request", "enqueued_at": 1.5}
    return message
