"""The broker drops connections, is killed, frozen or full: nothing is lost, nothing runs twice."""

import pytest

from tests.chaos import disturbances as faults
from tests.chaos import jobs
from tests.chaos.enqueuer import LONGEST_ENQUEUE_SECONDS

BALLAST = "x" * 20_000


@pytest.mark.parametrize(
    ("inflicted", "rounds"),
    [
        ([faults.all_connections_dropped, faults.scripts_forgotten], (1, 20)),
        ([faults.broker_killed, faults.broker_away_for_a_lease], (1, 5)),
        ([faults.broker_frozen, faults.broker_frozen_for_a_lease], (1, 5)),
        ([faults.writes_refused], (1, 10)),
    ],
    ids=["connections dropped", "broker killed", "broker frozen", "writes refused"],
)
def test_an_outage_loses_nothing_and_repeats_nothing(scene, long, inflicted, rounds):
    scene.fleet.add(2)
    with scene.load(per_second=20):
        for _ in range(rounds[long]):
            for fault in inflicted:
                scene.wait_for(burden(scene), 20)
                scene.inflict(fault)
                scene.pass_time(0.5, 1.5)
    verdict = scene.judge(within_seconds=60)
    assert verdict.faults == {}
    assert verdict.doubled == []
    assert scene.enqueuer.longest_seconds < LONGEST_ENQUEUE_SECONDS
    scene.fleet.check_all_alive()


def burden(scene):
    """Have jobs running that end in every way, and jobs due, in the middle of it; their tags."""
    running = [scene.enqueuer.one(jobs.CriticalNap, n + 0.5) for n in range(2)]
    late = [jobs.FailsLate, jobs.ChildKilledLate, jobs.FailsOnce]
    for n in range(3):
        scene.enqueuer.one(jobs.Quick, due_in=float(n))
    return [*running, *(scene.enqueuer.one(job) for job in late)]


def test_a_full_broker_refuses_and_keeps_what_it_accepted(scene, long):
    scene.fleet.add(2)
    for _ in range(5 if long else 1):
        scene.wait_for(burden(scene), 20)
        refused_before = len(scene.enqueuer.doubtful)
        limit_memory(scene.broker, spare_bytes=1_000_000)
        with scene.load(per_second=20):
            for _ in range(150):
                scene.enqueuer.one(jobs.Large, BALLAST, due_in=2.0)
            scene.pass_time(2.5)
        assert len(scene.enqueuer.doubtful) > refused_before, "it never was full"
        limit_memory(scene.broker, spare_bytes=None)
        scene.events["times the broker was full"] += 1
    verdict = scene.judge(within_seconds=60)
    assert verdict.faults == {}
    assert verdict.doubled == []
    assert not scene.enqueuer.doubtful.keys() & scene.runs().keys(), "refused jobs have run"
    scene.fleet.check_all_alive()


def limit_memory(broker, spare_bytes):
    used = broker.client.info("memory")["used_memory"]
    broker.client.config_set("maxmemory", used + spare_bytes if spare_bytes else 0)
