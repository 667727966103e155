"""How jobs get into the broker: counted once, in order, waking whoever waits."""

import pytest

from service.broker import keys
from service.broker.snapshot import LedgerCounts

UNIQUE = keys.unique("mail.Send", "digest")


def test_a_job_waits_in_the_list_of_its_queue_and_is_counted(jobs):
    assert jobs.enqueue("a") == "enqueued"
    assert jobs.client.llen("default") == 1
    assert jobs.ledger() == LedgerCounts(enqueued=1)


def test_the_waiting_item_is_json_that_others_can_read(jobs):
    jobs.enqueue("a")
    assert jobs.waiting() == ["a"]


def test_a_job_with_a_due_time_waits_on_the_schedule(jobs):
    jobs.enqueue("later", due_in=60)
    state = jobs.state()
    assert (state.ready, state.scheduled, state.ledger.enqueued, state.drift) == (0, 1, 1, 0)
    assert jobs.tokens() == 0


def test_due_jobs_are_promoted_in_the_order_they_were_due(jobs):
    jobs.enqueue("second", due_in=-1)
    jobs.enqueue("first", due_in=-2)
    jobs.enqueue("later", due_in=60)
    jobs.promote()
    assert jobs.waiting() == ["first", "second"]
    assert (jobs.state().scheduled, jobs.tokens(), jobs.ledger().enqueued) == (1, 1, 3)


def test_more_due_jobs_than_fit_one_round_are_all_promoted(jobs):
    jobs.client.zadd(keys.scheduled("low"), {f"\n{n}": n for n in range(1200)})
    jobs.promote()
    assert jobs.client.llen("low") == 1200


@pytest.mark.parametrize(("due_in", "again_in"), [(60, 1.2), (0.6, 0.6), (0.2, 0.25)])
def test_promotion_comes_again_when_the_next_job_is_due(jobs, due_in, again_in):
    jobs.enqueue("later", due_in=90)
    jobs.enqueue("next", due_in=due_in)
    assert jobs.promote() == pytest.approx(again_in, abs=0.1)


def test_whatever_waits_without_a_token_is_given_one(jobs):
    jobs.client.lpush("default", jobs.message("from-a-plain-publisher"))
    assert jobs.tokens() == 0
    jobs.promote()
    assert jobs.tokens() == 1


def test_many_jobs_at_once_are_first_come_first_served(jobs):
    assert jobs.enqueue_many("a", "b", "c", queue="low") == 3
    assert jobs.waiting("low") == ["a", "b", "c"]
    assert jobs.ledger("low") == LedgerCounts(enqueued=3)


@pytest.mark.parametrize("calls", [1, 5])
def test_a_queue_holds_one_wake_token_however_many_jobs_come(jobs, calls):
    for n in range(calls):
        jobs.enqueue(f"a{n}")
        jobs.enqueue_many(f"b{n}", f"c{n}")
        jobs.enqueue(f"d{n}", due_in=-1)
        jobs.promote()
    assert jobs.tokens() == 1
    assert jobs.tokens("low") == 0


def test_a_unique_job_is_refused_while_another_is_pending(jobs):
    assert jobs.enqueue("a", unique=UNIQUE) == "enqueued"
    assert jobs.enqueue("b", unique=UNIQUE) == "pending a"
    assert jobs.waiting() == ["a"]
    assert jobs.ledger() == LedgerCounts(enqueued=1)


@pytest.mark.parametrize("state", ["succeeded", "discarded", "dead"])
def test_uniqueness_ends_with_the_job(jobs, state):
    jobs.enqueue("a", unique=UNIQUE)
    jobs.end(jobs.reserve()["a"], state, "a", "{}", unique=UNIQUE)
    assert jobs.enqueue("b", unique=UNIQUE) == "enqueued"


def test_uniqueness_lasts_while_the_job_is_retried(jobs):
    jobs.enqueue("a", unique=UNIQUE)
    jobs.again(jobs.reserve()["a"], "a")
    assert jobs.enqueue("b", unique=UNIQUE) == "pending a"


def test_uniqueness_of_another_job_is_left_alone(jobs):
    jobs.enqueue("a")
    jobs.enqueue("b", unique=UNIQUE)
    jobs.end(jobs.reserve()["a"], "succeeded", "a", unique=UNIQUE)
    assert jobs.enqueue("c", unique=UNIQUE) == "pending b"


def test_a_job_sent_again_counts_and_waits_once(jobs):
    assert [jobs.enqueue("a") for _ in range(3)] == ["enqueued"] * 3
    assert jobs.waiting() == ["a"]
    assert jobs.ledger() == LedgerCounts(enqueued=1)


def test_a_job_sent_again_after_it_has_ended_is_not_run_again(jobs):
    jobs.enqueue("a", due_in=-1)
    jobs.promote()
    jobs.end(jobs.reserve()["a"], "succeeded", "a")
    assert jobs.enqueue("a") == "enqueued"
    assert jobs.waiting() == []
    assert jobs.drifts() == [0, 0, 0]


def test_a_unique_job_sent_again_is_itself_and_holds_nothing_after_its_end(jobs):
    assert [jobs.enqueue("a", unique=UNIQUE) for _ in range(2)] == ["enqueued"] * 2
    jobs.end(jobs.reserve()["a"], "succeeded", "a", unique=UNIQUE)
    assert jobs.enqueue("a", unique=UNIQUE) == "enqueued"
    assert jobs.waiting() == []
    assert jobs.enqueue("b", unique=UNIQUE) == "enqueued"


def test_a_unique_job_that_was_refused_can_be_sent_again_later(jobs):
    jobs.enqueue("a", unique=UNIQUE)
    assert jobs.enqueue("b", unique=UNIQUE) == "pending a"
    jobs.end(jobs.reserve()["a"], "succeeded", "a", unique=UNIQUE)
    assert jobs.enqueue("b", unique=UNIQUE) == "enqueued"
    assert jobs.waiting() == ["b"]


def test_a_batch_sent_again_counts_once(jobs):
    assert [jobs.enqueue_many("a", "b", batch="one") for _ in range(2)] == [2, 2]
    assert jobs.waiting() == ["a", "b"]
    assert jobs.ledger() == LedgerCounts(enqueued=2)


def test_what_was_sent_is_remembered_for_two_minutes_at_the_most(jobs):
    jobs.enqueue("a")
    jobs.enqueue_many("b", "c")
    remembered = list(jobs.client.scan_iter(keys.PREFIX + "enqueued:*"))
    assert len(remembered) == 2
    assert all(0 < jobs.client.ttl(key) <= 120 for key in remembered)


def test_a_job_that_continues_takes_the_place_of_its_lease(jobs):
    jobs.enqueue("a")
    tag = jobs.reserve()["a"]
    assert jobs.enqueue("a", continues=tag) == "enqueued"
    state = jobs.state()
    assert (state.ready, state.leased, state.drift) == (1, 0, 0)
    assert state.ledger == LedgerCounts(enqueued=1)


def test_a_job_that_continues_in_another_queue_is_moved(jobs):
    jobs.enqueue("a", queue="low")
    tag = jobs.reserve()["a"]
    jobs.enqueue("a", queue="critical", continues=tag)
    assert jobs.ledger("low") == LedgerCounts(enqueued=1, moved=1)
    assert jobs.ledger("critical") == LedgerCounts(enqueued=1)
    assert jobs.drifts() == [0, 0, 0]


def test_a_lease_that_was_taken_back_cannot_be_continued(jobs):
    jobs.enqueue("a")
    tag = jobs.reserve()["a"]
    jobs.silence(tag)
    jobs.sweep()
    assert jobs.enqueue("a", continues=tag) == "superseded"
    assert jobs.waiting() == ["a"]
    assert jobs.drifts() == [0, 0, 0]


def test_purged_jobs_are_counted_as_discarded(jobs):
    jobs.enqueue_many("a", "b", "c")
    assert jobs.purge(most=2) == 2
    assert jobs.waiting() == ["c"]
    assert jobs.ledger() == LedgerCounts(enqueued=3, discarded=2)
    assert (jobs.purge(), jobs.purge()) == (1, 0)


def test_a_purged_job_lets_go_of_its_uniqueness(jobs):
    jobs.enqueue("a", unique=UNIQUE)
    jobs.enqueue("b")
    assert jobs.purge() == 2
    assert jobs.enqueue("c", unique=UNIQUE) == "enqueued"


def test_a_purged_message_that_names_another_key_as_its_uniqueness_stops_nothing(jobs):
    jobs.enqueue("a")
    jobs.client.lpush("default", jobs.message("b", unique=[keys.LEDGER, 1]))
    assert jobs.purge() == 2
    assert jobs.ledger().discarded == 1


def test_a_purged_job_of_another_publisher_was_never_counted(jobs):
    jobs.publish_as_celery_does("a")
    assert jobs.purge() == 1
    assert jobs.ledger() == LedgerCounts()
    assert jobs.drifts() == [0, 0, 0]
