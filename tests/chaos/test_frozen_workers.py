"""Workers stand still for longer than a lease, or their jobs last longer than one."""

from tests.chaos import jobs
from tests.chaos.scene import LEASE_SECONDS


def test_a_worker_that_comes_back_from_a_long_freeze_is_fenced_off(scene, long):
    rounds = 8 if long else 1
    scene.fleet.add(2)
    with scene.load(per_second=20):
        for _ in range(rounds):
            scene.pass_time(0.5, 1.5)
            worker = scene.rng.choice(scene.fleet.ready())
            tags = [scene.enqueuer.one(jobs.Nap, 1.5) for _ in range(4)]
            scene.wait_for(tags, 10)
            scene.fleet.freeze(worker)
            scene.events["workers frozen"] += 1
            scene.pass_time(LEASE_SECONDS + 1.5, LEASE_SECONDS + 2.5)
            scene.fleet.thaw_all()
    verdict = scene.judge(within_seconds=60)
    assert verdict.faults == {}
    scene.fleet.check_all_alive()
    assert verdict.doubled, "no frozen worker came back with a job that had been taken from it"


def test_jobs_of_three_leases_run_once(scene, long):
    scene.fleet.add(2)
    for _ in range(20 if long else 8):
        scene.enqueuer.one(jobs.Nap, 3 * LEASE_SECONDS)
        scene.events["long jobs"] += 1
    verdict = scene.judge(within_seconds=60)
    assert verdict.faults == {}
    assert {len(runs) for runs in scene.runs().values()} == {1}
