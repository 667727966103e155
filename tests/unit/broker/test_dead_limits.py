"""The dead set is bounded in age as in number, and says what it let go of."""

import pytest

from service.broker import dead_limits, keys
from service.broker.dead_limits import DEAD_SET_AGE, trim_dead
from service.broker.dead_set import DeadSet


@pytest.fixture
def die(jobs):
    """Let a job die so many days ago."""

    def die(job_id, days_ago, queue="default"):
        jobs.die(job_id, queue=queue)
        jobs.client.zincrby(keys.dead(queue), -days_ago * 86_400, job_id)

    return die


def test_what_has_been_dead_for_too_long_makes_room_and_is_counted(jobs, die):
    for name, days in [("a", 91), ("b", 90.01), ("c", 89.99), ("d", 0)]:
        die(name, days)
    die("e", 400, "low")
    trim_dead(jobs.client)
    assert DeadSet(jobs.client).ids("default") == ["c", "d"]
    assert set(jobs.client.hkeys(keys.DEAD_RECORDS)) == {b"c", b"d"}
    assert set(jobs.client.hkeys(keys.DEAD_MESSAGES)) == {b"c", b"d"}
    assert [jobs.state(queue).dead_overflow for queue in ("default", "low")] == [2, 1]
    assert jobs.drifts() == [0, 0, 0]


def test_however_many_are_too_old_all_are_let_go(jobs, die, monkeypatch):
    monkeypatch.setattr(dead_limits, "TRIM_AT_ONCE", 2)
    for n in range(5):
        die(f"job-{n}", 100)
    trim_dead(jobs.client)
    assert (jobs.state().dead, jobs.state().dead_overflow) == (0, 5)


def test_nothing_old_is_nothing_to_count(jobs, die):
    die("a", DEAD_SET_AGE.days - 1)
    trim_dead(jobs.client)
    assert (jobs.state().dead, jobs.state().dead_overflow) == (1, 0)
