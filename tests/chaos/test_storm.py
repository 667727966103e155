"""Every fault, as the dice have it: what nobody thought of together."""

from tests.chaos.disturbances import BROKER_FAULTS, WORKER_FAULTS


def test_a_storm_of_all_faults_loses_nothing(scene, long):
    scene.fleet.add(3)
    with scene.load(per_second=20):
        for _ in range(100 if long else 7):
            faults = scene.rng.choice([BROKER_FAULTS, WORKER_FAULTS, WORKER_FAULTS])
            scene.inflict(scene.rng.choice(faults))
            scene.pass_time(0, 1)
    scene.fleet.thaw_all()
    scene.fleet.wait_until_ready()
    verdict = scene.judge(within_seconds=90)
    assert verdict.faults == {}
