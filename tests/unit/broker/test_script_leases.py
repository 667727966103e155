"""How jobs are taken, held and let go of: in strict order, each end counted exactly once."""

import pytest

from service.broker import keys, outbox
from service.broker.snapshot import LedgerCounts
from service.queues import QUEUE_NAMES


def test_jobs_are_taken_strictly_by_queue_then_by_age(jobs):
    for queue in reversed(QUEUE_NAMES):
        jobs.enqueue_many(f"{queue}-1", f"{queue}-2", queue=queue)
    assert list(jobs.reserve(3)) == ["critical-1", "critical-2", "default-1"]
    jobs.enqueue("critical-3", queue="critical")
    assert list(jobs.reserve(9)) == ["critical-3", "default-2", "low-1", "low-2"]
    assert jobs.reserve(9) == {}


def test_only_the_queues_asked_for_are_taken_from(jobs):
    jobs.enqueue("a", queue="critical")
    jobs.enqueue("b", queue="low")
    assert list(jobs.reserve(9, queues=("default", "low"))) == ["b"]
    assert jobs.waiting("critical") == ["a"]


def test_a_taken_job_is_leased_and_nowhere_else(jobs):
    jobs.enqueue("a")
    tag = jobs.reserve()["a"]
    state = jobs.state()
    assert (state.ready, state.leased, state.drift) == (0, 1, 0)
    assert jobs.client.hkeys(keys.UNACKED) == [tag.encode()]
    assert jobs.client.zscore(keys.UNACKED_INDEX, tag) == pytest.approx(
        jobs.client.time()[0], abs=2
    )


def test_a_token_is_left_while_there_is_more_than_was_asked_for(jobs):
    jobs.enqueue_many("a", "b")
    jobs.client.delete(keys.wake("default"))
    jobs.reserve(1)
    assert jobs.tokens() == 1
    jobs.reserve(9)
    assert jobs.tokens() == 0


@pytest.mark.parametrize("state", ["succeeded", "discarded", "dead"])
def test_each_end_is_counted_in_the_ledger_and_the_lease_is_gone(jobs, state):
    jobs.enqueue("a")
    jobs.end(jobs.reserve()["a"], state, "a", "{}")
    assert jobs.ledger() == LedgerCounts(enqueued=1, **{state: 1})
    assert jobs.client.exists(keys.UNACKED, keys.UNACKED_INDEX) == 0
    assert jobs.drifts() == [0, 0, 0]


@pytest.mark.parametrize("second", ["succeeded", "dead", "released", "again"])
def test_a_lease_ends_once(jobs, second):
    jobs.enqueue("a")
    tag = jobs.reserve()["a"]
    jobs.end(tag, "succeeded", "a")
    jobs.end(tag, second, "a", f"\n{jobs.message('a')}" if second == "again" else "{}")
    assert jobs.ledger() == LedgerCounts(enqueued=1, succeeded=1)
    assert (jobs.state().ready, jobs.state().dead) == (0, 0)


@pytest.mark.parametrize("state", ["succeeded", "discarded", "dead", "released", "again"])
def test_a_late_end_of_a_lease_that_was_taken_back_counts_nothing(jobs, state):
    jobs.enqueue("a")
    late = jobs.reserve()["a"]
    jobs.silence(late)
    assert jobs.sweep() == {late: "returned"}
    now = jobs.reserve()["a"]
    jobs.end(late, state, "a", f"\n{jobs.message('a')}" if state == "again" else "{}")
    assert jobs.ledger() == LedgerCounts(enqueued=1)
    assert (jobs.state().leased, jobs.state().dead, jobs.state().ready) == (1, 0, 0)
    jobs.end(now, "succeeded", "a")
    assert jobs.ledger() == LedgerCounts(enqueued=1, succeeded=1)


def test_a_released_job_is_the_next_one_again(jobs):
    jobs.enqueue_many("a", "b")
    jobs.end(jobs.reserve()["a"], "released")
    assert jobs.waiting() == ["a", "b"]
    assert (jobs.tokens(), jobs.drifts()) == (1, [0, 0, 0])


def test_a_retried_job_waits_for_its_time_or_behind_the_others(jobs):
    jobs.enqueue_many("a", "b", "c")
    leases = jobs.reserve(2)
    jobs.again(leases["a"], "a")
    jobs.again(leases["b"], "b", due_in=60)
    assert jobs.waiting() == ["c", "a"]
    assert jobs.state().scheduled == 1
    assert jobs.ledger() == LedgerCounts(enqueued=3)


def test_a_renewed_lease_is_not_taken_back(jobs):
    jobs.enqueue("a")
    tag = jobs.reserve()["a"]
    jobs.silence(tag)
    jobs.renew(tag)
    assert jobs.sweep() == {}


def test_renewing_a_lease_that_is_gone_does_not_bring_it_back(jobs):
    jobs.enqueue("a")
    tag = jobs.reserve()["a"]
    jobs.silence(tag)
    jobs.sweep()
    jobs.renew(tag)
    assert jobs.client.zcard(keys.UNACKED_INDEX) == 0


def test_a_silent_workers_job_is_the_next_one_again(jobs):
    jobs.enqueue_many("a", "b")
    jobs.silence(jobs.reserve()["a"])
    jobs.client.delete(keys.wake("default"))
    jobs.sweep()
    assert jobs.waiting() == ["a", "b"]
    assert (jobs.state().leases_expired, jobs.tokens()) == (1, 1)


def test_a_job_that_silenced_three_workers_is_dead_with_its_reason(jobs):
    from service.broker.dead_set import DeadSet

    jobs.enqueue("poison")
    fates = []
    for _ in range(3):
        jobs.silence(jobs.reserve()["poison"])
        fates += jobs.sweep().values()
    assert fates == ["returned", "returned", "dead"]
    job = DeadSet(jobs.client).find("poison")
    assert (job.outcome, job.attempts, job.queue) == ("lost", 3, "default")
    assert "fell silent" in job.error
    assert jobs.ledger() == LedgerCounts(enqueued=1, dead=1)


def test_after_a_long_pause_everyone_gets_one_whole_lease_first(jobs):
    jobs.sweep()
    jobs.enqueue("a")
    tag = jobs.reserve()["a"]
    jobs.silence(tag)
    jobs.client.hincrbyfloat(keys.SWEEPER, "swept", -3600)
    assert jobs.sweep() == {}
    assert jobs.sweep() == {}
    jobs.client.hincrbyfloat(keys.SWEEPER, "grace", -61)
    assert jobs.sweep() == {tag: "returned"}


def test_an_index_entry_without_a_lease_is_tidied_away(jobs):
    jobs.client.zadd(keys.UNACKED_INDEX, {"worker.9:default": 1})
    assert jobs.sweep() == {}
    assert jobs.client.zcard(keys.UNACKED_INDEX) == 0


def test_however_many_leases_of_plain_workers_there_are_a_silent_worker_is_found(jobs):
    jobs.take_as_a_plain_worker_does(*(f"plain-{n}" for n in range(300)), ago_seconds=1000)
    jobs.enqueue("a")
    tag = jobs.reserve()["a"]
    jobs.silence(tag, seconds=61)
    assert jobs.sweep() == {tag: "returned"}
    assert jobs.client.hlen(keys.UNACKED) == 300


def test_a_full_dead_set_makes_room_and_counts_what_it_dropped(jobs, monkeypatch):
    monkeypatch.setattr(outbox, "_LIMITS", (2, keys.PREFIX))
    jobs.die("a", "b", "c")
    assert jobs.client.zrange(keys.dead("default"), 0, -1) == [b"b", b"c"]
    assert set(jobs.client.hkeys(keys.DEAD_RECORDS)) == {b"b", b"c"}
    assert set(jobs.client.hkeys(keys.DEAD_MESSAGES)) == {b"b", b"c"}
    assert jobs.client.hget(keys.LEDGER, "default:dead_overflow") == b"1"
    assert jobs.drifts() == [0, 0, 0]


def test_a_broker_that_forgot_the_scripts_is_told_them_again(jobs):
    jobs.enqueue("a")
    jobs.client.script_flush()
    assert list(jobs.reserve()) == ["a"]
