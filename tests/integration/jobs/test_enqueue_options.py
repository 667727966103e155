"""What a worker class may ask for when it is enqueued: uniqueness, expiry, results, bulk."""

import time
from collections import Counter

import pytest

from service.errors import ArgumentsError, ResultNotKeptError
from tests import sample_jobs as jobs
from tests.waiting import wait_until


def test_a_second_unique_job_is_the_first(account, module_notes):
    first = jobs.OnlyOne.perform_async("unique", seconds=1)
    second = jobs.OnlyOne.perform_async("unique", seconds=1)
    other = jobs.OnlyOne.perform_async("other")
    assert second.id == first.id != other.id
    assert account.ledger("default")["enqueued"] == 2
    account.settle(2)
    assert module_notes.lines().count("unique") == 1
    third = jobs.OnlyOne.perform_async("unique", seconds=1)
    assert third.id != first.id, "free again when the first has ended"
    account.settle(3)
    assert account.broker.drifts() == {}


def test_a_scheduled_unique_job_is_pending_too(account):
    first = jobs.OnlyOne.perform_in(0.5, "later")
    assert jobs.OnlyOne.perform_async("later").id == first.id
    account.settle(1)
    assert jobs.OnlyOne.perform_async("later").id != first.id
    account.settle(2)


@pytest.mark.parametrize(
    ("job_class", "end"),
    [
        (jobs.OnlyOneFails, "failed"),
        (jobs.OnlyOneRetries, "failed"),
        (jobs.OnlyOneExpires, "expired"),
        (jobs.OnlyOneIsKilled, "lost"),
        (jobs.OnlyOneIsRejected, "rejected"),
    ],
)
def test_a_unique_job_is_free_again_however_it_ended(account, job_class, end):
    job = job_class.perform_async()
    wait_until(lambda: account.worker.outcomes(job.id)[-1:] == [end], 10)
    account.settle(1)
    again = job_class.perform_async()
    assert again.id != job.id
    wait_until(lambda: account.worker.outcomes(again.id)[-1:] == [end], 10)
    account.settle(2)


def test_uniqueness_ends_with_its_time(account):
    first = jobs.OnlyOneBriefly.perform_in(1.5)
    assert jobs.OnlyOneBriefly.perform_async().id == first.id
    wait_until(lambda: jobs.OnlyOneBriefly.perform_async().id != first.id, 3)
    account.settle(2)
    assert account.broker.drifts() == {}


def test_a_result_is_kept_where_it_is_asked_for(account):
    assert jobs.Keep.perform_async({"of": [1, 2.5, None]}).get(timeout=10) == {"of": [1, 2.5, None]}


def test_a_kept_failure_is_raised_by_get(account):
    job = jobs.FailKept.perform_async()
    with pytest.raises(ValueError, match="kept"):
        job.get(timeout=10)


def test_a_result_that_came_before_anyone_asked_is_there(account):
    job = jobs.Keep.perform_async("early")
    account.settle(1)
    assert job.get(timeout=5) == "early"


def test_asking_for_a_result_nobody_keeps_is_an_error_at_once(account):
    job = jobs.Note.perform_async("not kept")
    begun = time.monotonic()
    with pytest.raises(ResultNotKeptError, match="store_result"):
        job.get()
    assert time.monotonic() - begun < 1
    account.settle(1)


def test_bulk_takes_a_round_trip_per_thousand(own_broker, enqueue_on):
    enqueue_on(own_broker)
    jobs.Note.perform_async("connected, and the scripts known")
    own_broker.client.config_resetstat()
    jobs.Note.perform_bulk([("bulk", n) for n in range(2_500)])
    calls = own_broker.client.info("commandstats")
    assert calls["cmdstat_evalsha"]["calls"] == 3
    assert own_broker.queue("default").ready == 2_501


def test_a_bulk_of_jobs_all_runs(account, module_notes):
    enqueued = jobs.Note.perform_bulk([("bulk", n) for n in range(2_500)])
    assert len({job.id for job in enqueued}) == 2_500
    account.settle(2_500, timeout_seconds=30)
    done = Counter(line for line in module_notes.lines() if line.startswith("bulk"))
    assert done == Counter(f"bulk {n}" for n in range(2_500))
    assert {one["job_id"] for one in account.worker.finished()} >= {job.id for job in enqueued}
    assert account.broker.drifts() == {}


def test_bulk_with_one_bad_argument_enqueues_nothing(account):
    with pytest.raises(ArgumentsError, match=r"job 1.*set"):
        jobs.Note.perform_bulk([("fine",), ({1, 2},), ("fine",)])
    assert account.ledger("default") == {}
    assert account.broker.pending() == 0


def test_bulk_keeps_order_expiry_results_and_uniqueness(account):
    kept = jobs.Keep.perform_bulk([(n,) for n in range(3)])
    assert [job.get(timeout=10) for job in kept] == [0, 1, 2]
    unique = jobs.OnlyOne.perform_bulk([("bulk unique", 0.3)] * 2)
    assert unique[0].id == unique[1].id
    late = jobs.ShortLived.perform_bulk([()] * 2)
    account.settle(6)
    assert [account.worker.outcomes(job.id) for job in late] == [["expired"]] * 2
    assert jobs.Keep.perform_bulk([]) == []
