"""Many dead jobs at once: just those that are meant, in batches, whatever others do meanwhile."""

import time

import pytest

from service.broker import dead_moves, keys
from service.broker.dead_filter import EVERYTHING, DeadFilter
from service.broker.dead_moves import DeadMoves
from service.broker.dead_set import DeadSet, dead_record

DAY = 86_400


@pytest.fixture
def dead(jobs):
    return DeadSet(jobs.client)


@pytest.fixture
def moves(jobs, monkeypatch):
    monkeypatch.setattr(dead_moves, "MOVE_AT_ONCE", 2)
    return DeadMoves(jobs.client)


@pytest.fixture
def die(jobs):
    """Let a job die: of a queue, of a task, some days ago."""

    def die(job_id, queue="default", task="mail.Send", days_ago=0.0):
        jobs.enqueue(job_id, queue)
        record = dead_record(job_id=job_id, headers={}, queue=queue, outcome="failed", task=task)
        jobs.end(jobs.reserve()[job_id], "dead", job_id, record)
        jobs.client.zincrby(keys.dead(queue), -days_ago * DAY, job_id)

    return die


def fates(batches):
    return [batch.fates for batch in batches]


def test_all_that_are_dead_are_back_the_oldest_first(jobs, moves, die):
    for name in "abcde":
        die(name)
    assert fates(moves.retry_all(EVERYTHING)) == [["done"] * 2, ["done"] * 2, ["done"]]
    assert jobs.waiting() == list("abcde")
    assert (jobs.state().dead, jobs.tokens(), jobs.drifts()) == (0, 1, [0, 0, 0])
    assert not jobs.client.exists(keys.DEAD_RECORDS, keys.DEAD_MESSAGES)


def test_all_that_are_dropped_are_gone_and_stay_counted(jobs, moves, die):
    for name, queue in [("a", "low"), ("b", "default"), ("c", "low"), ("d", "low")]:
        die(name, queue)
    assert fates(moves.drop_all(DeadFilter(("low",)))) == [["done"] * 2, ["done"]]
    assert (jobs.state("low").dead, jobs.ledger("low").dead) == (0, 3)
    assert jobs.client.hkeys(keys.DEAD_RECORDS) == jobs.client.hkeys(keys.DEAD_MESSAGES) == [b"b"]


@pytest.mark.parametrize(
    ("task", "meant"),
    [("mail.Send", ["a", "c"]), ("Send", ["a", "b", "c"]), ("end", []), (None, list("abcd"))],
)
def test_a_task_is_meant_by_its_name_or_the_last_part_of_it(jobs, dead, moves, die, task, meant):
    tasks = {"a": "mail.Send", "b": "sms.Send", "c": "mail.Send", "d": None}
    for name, its in tasks.items():
        die(name, task=its)
    which = DeadFilter(task=task)
    assert sorted(job.id for job in dead.newest(10, which)) == meant
    assert (dead.count(which), dead.count_of_any_task(which)) == (len(meant), 4)
    assert sum(batch.looked_at for batch in moves.retry_all(which)) == 4
    assert jobs.waiting() == meant


def test_age_counts_from_the_death_by_the_brokers_clock(dead, moves, die):
    for name, days in [("new", 0), ("old", 3), ("ancient", 8)]:
        die(name, days_ago=days)
    now = dead.now()
    assert now == pytest.approx(time.time(), abs=5)
    old = DeadFilter(died_after=now - 7 * DAY, died_before=now - DAY)
    assert [job.id for job in dead.newest(9, old)] == ["old"]
    assert fates(moves.drop_all(DeadFilter(died_before=now - DAY))) == [["done", "done"]]
    assert dead.ids("default") == ["new"]


def test_what_others_moved_meanwhile_is_skipped_and_said(jobs, moves, die):
    for name in "abcd":
        die(name)
    batches = moves.retry_all(EVERYTHING)
    assert next(batches).fates == ["done", "done"]
    DeadMoves(jobs.client).drop("c")
    assert sorted(next(batches).fates) == ["done", "gone"]
    assert jobs.waiting() == ["a", "b", "d"]
    assert jobs.drifts() == [0, 0, 0]


def test_what_dies_again_meanwhile_is_not_tried_without_end(jobs, moves, die):
    for name in "abc":
        die(name)
    rounds = 0
    for batch in moves.retry_all(EVERYTHING):
        rounds += 1
        for _ in batch.fates:
            [(job_id, tag)] = jobs.reserve().items()
            jobs.bury(tag, job_id)
    assert rounds == 2
    assert (jobs.state().dead, jobs.drifts()) == (3, [0, 0, 0])


def test_a_dead_job_whose_message_is_gone_is_skipped(jobs, dead, moves, die):
    die("a")
    die("b")
    jobs.client.hdel(keys.DEAD_MESSAGES, "a")
    assert fates(moves.retry_all(EVERYTHING)) == [["done", "gone"]]
    assert dead.ids("default") == ["a"]
    assert jobs.waiting() == ["b"]


def test_dead_jobs_can_be_let_go_of_where_a_full_broker_takes_nothing_more(jobs, moves, die):
    die("a")
    used = jobs.client.info("memory")["used_memory"]
    jobs.client.config_set("maxmemory", used // 2)
    try:
        assert fates(moves.drop_all(EVERYTHING)) == [["done"]]
    finally:
        jobs.client.config_set("maxmemory", 0)
    assert jobs.drifts() == [0, 0, 0]
