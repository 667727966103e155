"""Ended leases leave in order, and stay until the broker has confirmed them."""

import redis

from service.broker.lease import End
from service.broker.outbox import Outbox


def an_end(number):
    return End(f"worker.{number}:default", "default", "succeeded", f"job-{number}")


def numbers(ends):
    return [int(end.job_id.split("-")[1]) for end in ends]


class AwayBroker:
    """Answers nothing."""

    def execute_command(self, *args):
        raise redis.ConnectionError("away")


def test_ends_leave_in_the_order_they_came():
    outbox = Outbox(AwayBroker())
    for number in range(5):
        outbox.add(an_end(number))
    assert numbers(outbox.drain()) == [0, 1, 2, 3, 4]
    assert len(outbox) == 0


def test_ends_put_back_are_the_next_to_leave():
    outbox = Outbox(AwayBroker())
    for number in (1, 2):
        outbox.add(an_end(number))
    sent = outbox.drain()
    outbox.add(an_end(3))
    outbox.put_back(sent)
    assert outbox.tags() == [f"worker.{n}:default" for n in (1, 2, 3)]
    assert numbers(outbox.drain()) == [1, 2, 3]


def test_what_cannot_be_sent_stays():
    outbox = Outbox(AwayBroker())
    outbox.add(an_end(1))
    outbox.flush()
    assert len(outbox) == 1


def test_what_was_sent_is_gone_and_sending_it_twice_counts_once(jobs):
    jobs.enqueue("a")
    tag = jobs.reserve()["a"]
    outbox = Outbox(jobs.client)
    for _ in range(2):
        outbox.add(End(tag, "default", "succeeded", "a"))
        outbox.flush()
    assert len(outbox) == 0
    assert jobs.ledger().succeeded == 1
