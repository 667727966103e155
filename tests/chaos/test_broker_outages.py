"""The broker drops connections, is killed, frozen or full: nothing is lost, nothing runs twice."""

import pytest

from tests.chaos import jobs
from tests.chaos.enqueuer import LONGEST_ENQUEUE_SECONDS
from tests.chaos.scene import LEASE_SECONDS

LONGER_THAN_A_LEASE = LEASE_SECONDS + 2.5
BALLAST = "x" * 20_000


def drop_connections(scene):
    for kind in ("normal", "pubsub"):
        scene.broker.client.execute_command("CLIENT", "KILL", "TYPE", kind, "SKIPME", "yes")
    scene.events["times all connections killed"] += 1


def restart(scene):
    scene.broker.kill()
    scene.pass_time(0.5, 2)
    scene.broker.start()
    scene.events["brokers killed and restarted"] += 1


def restart_after_a_lease(scene):
    scene.broker.kill()
    scene.pass_time(LONGER_THAN_A_LEASE)
    scene.broker.start()
    scene.events["brokers away longer than a lease"] += 1


def freeze(scene):
    scene.broker.freeze()
    scene.pass_time(0.5, LEASE_SECONDS)
    scene.broker.thaw()
    scene.events["brokers frozen"] += 1


def freeze_for_a_lease(scene):
    scene.broker.freeze()
    scene.pass_time(LONGER_THAN_A_LEASE)
    scene.broker.thaw()
    scene.events["brokers frozen longer than a lease"] += 1


@pytest.mark.parametrize(
    ("disturbances", "rounds"),
    [
        ([drop_connections], (5, 60)),
        ([restart, restart_after_a_lease], (1, 5)),
        ([freeze, freeze_for_a_lease], (1, 5)),
    ],
    ids=["connections dropped", "broker killed", "broker frozen"],
)
def test_an_outage_loses_nothing_and_repeats_nothing(scene, long, disturbances, rounds):
    scene.fleet.add(2)
    with scene.load(per_second=20):
        for _ in range(rounds[long]):
            for disturb in disturbances:
                scene.wait_for(burden(scene), 20)
                scene.pass_time(0.1, 0.5)
                disturb(scene)
                scene.pass_time(0.5, 2)
    verdict = scene.judge(within_seconds=60)
    assert verdict.faults == {}
    assert verdict.doubled == []
    assert scene.enqueuer.longest_seconds < LONGEST_ENQUEUE_SECONDS
    scene.fleet.check_all_alive()


def burden(scene):
    """Have jobs in flight, retries pending and jobs due in the middle of it; their tags."""
    running = [scene.enqueuer.one(jobs.CriticalNap, n + 0.5) for n in range(3)]
    retried = [scene.enqueuer.one(jobs.PatientFlaky) for _ in range(3)]
    for n in range(3):
        scene.enqueuer.one(jobs.Quick, due_in=float(n))
    return [*running, *retried]


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
