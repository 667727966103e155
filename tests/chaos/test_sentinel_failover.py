"""The master dies and its replica takes over: workers and enqueuers follow."""

import pytest

from tests.chaos import jobs
from tests.chaos.sentinels import MASTER_NAME, Sentinels


@pytest.fixture
def sentinels(tmp_path, enqueue_on, monkeypatch):
    monkeypatch.setenv("HEADCOUNT_SENTINEL_MASTER", MASTER_NAME)
    with Sentinels(tmp_path) as sentinels:
        yield sentinels


def test_a_failover_loses_nothing_and_repeats_nothing(scene, long, sentinels, enqueue_on):
    scene.broker, scene.url = sentinels.brokers[0], sentinels.url
    scene.variables["HEADCOUNT_SENTINEL_MASTER"] = MASTER_NAME
    enqueue_on(sentinels)
    scene.fleet.add(2)
    for remaining in reversed(range(4 if long else 1)):
        fail_over(scene, sentinels, come_back=remaining > 0)
    verdict = scene.judge(within_seconds=60)
    assert verdict.faults == {}
    assert verdict.doubled == []
    scene.fleet.check_all_alive()


def fail_over(scene, sentinels, come_back):
    """Kill the master with jobs running, retries pending and jobs due, and enqueuers at it."""
    with scene.load(per_second=20):
        scene.pass_time(1, 2)
    running = [scene.enqueuer.one(jobs.CriticalNap, 4) for _ in range(4)]
    retried = [scene.enqueuer.one(jobs.PatientFlaky) for _ in range(4)]
    for n in range(20):
        scene.enqueuer.one(jobs.Quick, due_in=n / 2)
    scene.wait_for(running + retried, 20)
    sentinels.wait_until_replicated(5)
    old = sentinels.master()
    old.kill()
    scene.events["masters killed"] += 1
    with scene.load(per_second=20):
        scene.broker = sentinels.wait_for_another_master(old)
        scene.pass_time(3, 5)
    if come_back:
        sentinels.rejoin(old)
