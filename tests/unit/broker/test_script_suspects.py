"""Suspects: jobs on the last delivery they are allowed. Each runs alone, so that a job which kills
its worker takes no other with it to the dead set."""

import pytest

from service.broker.dead_set import DeadSet


@pytest.fixture
def die_holding(jobs):
    """Let a worker take so many jobs and fall silent; the sweep takes them back."""

    def die(want):
        tags = jobs.reserve(want)
        jobs.silence(*tags.values())
        jobs.sweep()
        return list(tags)

    return die


def test_a_worker_that_holds_something_leaves_a_suspect_where_it_is(jobs, die_holding):
    jobs.enqueue_many("suspect")
    die_holding(1)
    die_holding(1)
    jobs.enqueue_many("b", "c")
    assert list(jobs.reserve(1, held=1)) == ["b"]
    assert jobs.suspects_left == 1
    assert jobs.waiting() == ["suspect", "c"]
    assert jobs.drifts() == [0, 0, 0]


def test_a_suspect_is_all_that_an_empty_worker_is_given(jobs, die_holding):
    jobs.enqueue("suspect")
    die_holding(1)
    die_holding(1)
    jobs.enqueue_many("b", "c")
    assert list(jobs.reserve(9)) == ["suspect"]
    assert list(jobs.reserve(9, held=1)) == ["b", "c"]


def test_a_suspect_behind_other_jobs_is_not_taken_along(jobs, die_holding):
    jobs.enqueue("suspect", queue="low")
    die_holding(1)
    die_holding(1)
    jobs.enqueue("a", queue="critical")
    assert list(jobs.reserve(9)) == ["a"]
    assert jobs.suspects_left == 1


def test_suspects_do_not_hide_the_jobs_behind_them(jobs, die_holding):
    jobs.enqueue_many("s1", "s2", "s3")
    die_holding(3)
    die_holding(3)
    jobs.enqueue_many("a", "b")
    assert list(jobs.reserve(2, held=1)) == ["a", "b"]
    assert sorted(jobs.waiting()) == ["s1", "s2", "s3"]


def test_jobs_leased_beside_a_poison_job_do_not_die_of_it(jobs, die_holding):
    jobs.enqueue_many("a", "poison", "b", "c")
    for _ in range(2):
        assert len(die_holding(4)) == 4
    ended = []
    while taken := jobs.reserve(4):
        assert len(taken) == 1
        job_id, tag = taken.popitem()
        if job_id == "poison":
            jobs.silence(tag)
            assert jobs.sweep() == {tag: "dead"}
        else:
            jobs.end(tag, "succeeded", job_id)
            ended.append(job_id)
    assert sorted(ended) == ["a", "b", "c"]
    assert [job.id for job in DeadSet(jobs.client).newest(9)] == ["poison"]
    assert jobs.drifts() == [0, 0, 0]


def test_a_retry_of_a_suspect_is_a_job_like_any_other(jobs, die_holding):
    jobs.enqueue("a")
    die_holding(1)
    die_holding(1)
    jobs.again(jobs.reserve()["a"], "a")
    jobs.enqueue("b")
    assert list(jobs.reserve(9)) == ["a", "b"]


def test_suspects_wake_nobody_who_could_not_take_them(jobs, die_holding):
    jobs.enqueue("suspect")
    die_holding(1)
    die_holding(1)
    assert jobs.tokens() == 1
    jobs.reserve(9, held=1)
    assert jobs.tokens() == 0
