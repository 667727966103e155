"""The master dies and its replica takes over: workers and enqueuers follow.

Replication is asynchronous: what a dying master has not yet passed on is gone, and no engine on it
could know. So enqueuing pauses, and the replica has everything, when the master is killed.
"""

import pytest

from tests.chaos import jobs
from tests.sentinel_processes import MASTER_NAME, SentinelProcesses
from tests.waiting import wait_until


@pytest.fixture
def sentinels(tmp_path, enqueue_on, monkeypatch):
    monkeypatch.setenv("HEADCOUNT_SENTINEL_MASTER", MASTER_NAME)
    with SentinelProcesses(tmp_path / "watched") as sentinels:
        enqueue_on(sentinels)
        yield sentinels


def test_a_failover_loses_nothing_and_repeats_nothing(scene, long, sentinels):
    scene.broker, scene.url = sentinels.master, sentinels.url
    scene.variables["HEADCOUNT_SENTINEL_MASTER"] = MASTER_NAME
    scene.fleet.add(2)
    for remaining in reversed(range(4 if long else 1)):
        former = fail_over(scene, sentinels)
        if remaining:
            rejoin(former, sentinels)
    verdict = scene.judge(within_seconds=60)
    assert verdict.faults == {}
    assert verdict.doubled == []
    scene.fleet.check_all_alive()


def fail_over(scene, sentinels):
    """Kill the master with jobs running, retries pending and jobs due, and enqueuers at it."""
    with scene.load(per_second=20):
        scene.pass_time(1, 2)
    running = [scene.enqueuer.one(jobs.CriticalNap, 4) for _ in range(4)]
    retried = [scene.enqueuer.one(jobs.FailsOnce) for _ in range(4)]
    for n in range(20):
        scene.enqueuer.one(jobs.Quick, due_in=4 + n / 2)
    scene.wait_for(running + retried, 20)
    sentinels.wait_until_replicated()
    former = sentinels.master
    former.kill()
    scene.events["masters killed"] += 1
    with scene.load(per_second=20):
        scene.broker = sentinels.wait_until_another_leads(former)
        scene.pass_time(3, 5)
    return former


def rejoin(former, sentinels):
    """Start a master that was killed; the sentinels make it a replica of the new one."""
    former.start()
    wait_until(lambda: former.client.info("replication")["role"] == "slave", 60)
    sentinels.wait_until_replicated()
