"""The network between everyone and the broker is slow, silent, refusing or cut."""

import pytest

from tests.chaos import jobs
from tests.chaos.disturbances import LONGER_THAN_A_LEASE
from tests.chaos.enqueuer import LONGEST_ENQUEUE_SECONDS
from tests.chaos.fault_proxy import FaultProxy
from tests.chaos.fleet import family
from tests.chaos.scene import LEASE_SECONDS


@pytest.fixture
def network(own_broker):
    with FaultProxy(own_broker.port) as proxy:
        yield proxy


def reset(scene, network):
    network.reset()


def refuse(scene, network):
    network.mode = "refuse"
    network.reset()
    scene.pass_time(0.5, 2)


def delay(scene, network):
    network.delay_seconds = 0.1
    scene.pass_time(1, 3)


def black_hole(scene, network):
    network.mode = "black hole"
    scene.pass_time(0.5, LEASE_SECONDS)


def black_hole_for_a_lease(scene, network):
    network.mode = "black hole"
    scene.pass_time(LONGER_THAN_A_LEASE)


def black_hole_and_reset(scene, network):
    network.mode = "black hole"
    scene.pass_time(0.5, 2)
    network.reset()


FAULTS = [reset, refuse, delay, black_hole, black_hole_for_a_lease, black_hole_and_reset]


def test_no_network_fault_loses_or_repeats_a_job(scene, long, network, enqueue_on):
    scene.url = network.url
    enqueue_on(network)
    scene.fleet.add(2)
    with scene.load(per_second=20):
        for _ in range(8 if long else 1):
            for fault in scene.rng.sample(FAULTS, len(FAULTS) if long else 4):
                running = [scene.enqueuer.one(jobs.CriticalNap, n + 0.5) for n in range(3)]
                scene.wait_for(running, 20)
                fault(scene, network)
                network.mode, network.delay_seconds = "up", 0.0
                scene.events[fault.__name__.replace("_", " ")] += 1
                scene.pass_time(0.5, 1.5)
    verdict = scene.judge(within_seconds=60)
    assert verdict.faults == {}
    assert verdict.doubled == []
    assert scene.enqueuer.longest_seconds < LONGEST_ENQUEUE_SECONDS
    scene.fleet.check_all_alive()


def test_a_worker_cut_off_by_itself_counts_none_of_its_jobs_twice(scene, long, network):
    scene.fleet.add(1)
    scene.url = network.url
    scene.fleet.add(1)
    cut_off = scene.fleet.workers[1]
    with scene.load(per_second=20):
        for _ in range(6 if long else 1):
            naps = [scene.enqueuer.one(jobs.CriticalNap, 1.5) for _ in range(6)]
            scene.wait_for(naps, 20)
            pids = [cut_off.pid, *family(cut_off)]
            scene.silences.note(pids)
            network.mode = "black hole"
            scene.pass_time(LONGER_THAN_A_LEASE)
            scene.silences.note_back(pids)
            network.mode = "up"
            scene.events["workers cut off"] += 1
            scene.pass_time(1, 2)
    verdict = scene.judge(within_seconds=60)
    assert verdict.faults == {}
    assert verdict.doubled, "the worker that was cut off finished nothing"
    scene.fleet.check_all_alive()
