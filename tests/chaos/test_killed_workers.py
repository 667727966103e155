"""Workers, their children and a sidecar are killed under load: nothing is lost."""

from tests.chaos.scene import SLOTS


def test_nothing_is_lost_when_workers_are_killed_under_load(scene, long):
    kills = 40 if long else 6
    sidecar = scene.start("sidecar", wait=False)
    scene.fleet.add(3)
    with scene.load(per_second=25):
        while scene.events["workers killed"] < kills:
            scene.pass_time(0.2, 1.5)
            sidecar = strike(scene, sidecar)
    scene.fleet.wait_until_ready()
    verdict = scene.judge(within_seconds=60)
    assert verdict.faults == {}
    assert len(verdict.doubled) <= SLOTS * kills


def strike(scene, sidecar):
    """Kill whom the dice choose; return the sidecar there is now."""
    victim = scene.rng.choice(["worker", "worker", "child", "sidecar"])
    workers = scene.fleet.ready()
    if victim == "sidecar":
        scene.events["sidecars killed"] += 1
        sidecar.kill()
        return scene.start("sidecar", wait=False)
    if victim == "worker" and workers:
        scene.events["workers killed"] += 1
        scene.fleet.kill(scene.rng.choice(workers))
    elif workers:
        scene.events["children killed"] += 1
        scene.fleet.kill_child(scene.rng.choice(workers), scene.rng)
    return sidecar
