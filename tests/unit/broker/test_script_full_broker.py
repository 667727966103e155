"""A broker without memory to spare takes no new jobs, and lets those it has come to their ends."""

import pytest
import redis

from service.broker import keys
from service.broker.scripts import REPORT
from service.broker.snapshot import LedgerCounts


@pytest.fixture
def full(jobs):
    """Let the broker be full from now on."""
    yield lambda: jobs.client.config_set("maxmemory", 1)
    jobs.client.config_set("maxmemory", 0)


@pytest.fixture
def leases(jobs):
    """Three jobs leased, two waiting, one scheduled and due."""
    jobs.enqueue_many("a", "b", "c", "d", "e")
    jobs.enqueue("late", due_in=-1)
    return jobs.reserve(3)


@pytest.mark.parametrize(
    "enqueue",
    [
        lambda jobs: jobs.enqueue("x"),
        lambda jobs: jobs.enqueue("x", due_in=60),
        lambda jobs: jobs.enqueue("x", unique=keys.unique("mail.Send", "digest")),
        lambda jobs: jobs.enqueue_many("x", "y"),
    ],
    ids=["one", "delayed", "unique", "many"],
)
def test_a_new_job_is_refused_and_leaves_nothing_behind(jobs, leases, full, enqueue):
    before = sorted(jobs.client.keys())
    full()
    with pytest.raises(redis.exceptions.OutOfMemoryError):
        enqueue(jobs)
    assert sorted(jobs.client.keys()) == before
    assert jobs.ledger() == LedgerCounts(enqueued=6)


def test_jobs_are_taken_and_end_all_the_same(jobs, leases, full):
    full()
    jobs.end(leases["a"], "succeeded", "a")
    jobs.bury(leases["b"], "b")
    jobs.again(leases["c"], "c", due_in=60)
    assert list(jobs.reserve(9)) == ["d", "e"]
    assert jobs.ledger() == LedgerCounts(enqueued=6, succeeded=1, dead=1)
    assert jobs.drifts() == [0, 0, 0]


def test_due_jobs_are_promoted(jobs, leases, full):
    full()
    jobs.promote()
    assert jobs.waiting() == ["d", "e", "late"]


def test_whoever_waits_is_woken(jobs, leases, full):
    jobs.client.delete(keys.wake("default"))
    full()
    jobs.promote()
    assert jobs.tokens() == 1


def test_leases_are_renewed_and_swept_and_workers_report(jobs, leases, full):
    jobs.silence(*leases.values())
    full()
    jobs.renew(leases["a"])
    assert sorted(jobs.sweep().values()) == ["returned", "returned"]
    assert jobs.waiting()[:2] in (["b", "c"], ["c", "b"])
    REPORT(jobs.client, (keys.WORKERS, keys.WORKERS_SEEN), ("w", b"{}", 60))
    assert jobs.client.hlen(keys.WORKERS) == 1


def test_scripts_the_broker_has_forgotten_are_taught_all_the_same(jobs, leases, full):
    jobs.client.script_flush()
    full()
    assert list(jobs.reserve(1)) == ["d"]
