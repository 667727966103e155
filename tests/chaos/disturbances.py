"""What may befall broker and workers, one function per fault. Each does all of it and returns.

``BROKER_FAULTS`` must make no job run twice; with ``WORKER_FAULTS`` only those of their victims.
"""

from tests.chaos.scene import LEASE_SECONDS, Scene

LONGER_THAN_A_LEASE = LEASE_SECONDS + 1.5


def all_connections_dropped(scene: Scene) -> None:
    for kind in ("normal", "pubsub"):
        scene.broker.client.execute_command("CLIENT", "KILL", "TYPE", kind, "SKIPME", "yes")


def _kill_broker(scene: Scene) -> None:
    """Kill it once all that it has confirmed is written.

    With ``everysec`` it holds that back while the disk is slow, and then loses it: jobs whose ends
    it confirmed would run again, which is Redis losing data and not what is looked at here.
    """
    scene.broker.client.config_set("appendfsync", "always")
    scene.broker.kill()


def broker_killed(scene: Scene) -> None:
    _kill_broker(scene)
    scene.pass_time(0.5, 2)
    scene.broker.start()


def broker_away_for_a_lease(scene: Scene) -> None:
    _kill_broker(scene)
    scene.pass_time(LONGER_THAN_A_LEASE)
    scene.broker.start()


def broker_frozen(scene: Scene) -> None:
    scene.broker.freeze()
    scene.pass_time(0.5, LEASE_SECONDS)
    scene.broker.thaw()


def broker_frozen_for_a_lease(scene: Scene) -> None:
    scene.broker.freeze()
    scene.pass_time(LONGER_THAN_A_LEASE)
    scene.broker.thaw()


def writes_refused(scene: Scene) -> None:
    """Let the broker answer and store nothing, as one that has lost its replicas does."""
    scene.broker.client.config_set("min-replicas-to-write", 1)
    scene.pass_time(0.5, LONGER_THAN_A_LEASE)
    scene.broker.client.config_set("min-replicas-to-write", 0)


def scripts_forgotten(scene: Scene) -> None:
    scene.broker.client.script_flush()


def worker_killed(scene: Scene) -> None:
    if workers := scene.fleet.ready():
        scene.fleet.kill(scene.rng.choice(workers))


def child_killed(scene: Scene) -> None:
    if workers := scene.fleet.ready():
        scene.fleet.kill_child(scene.rng.choice(workers), scene.rng)


def worker_frozen(scene: Scene) -> None:
    """One at a time: the one frozen before goes on."""
    scene.fleet.thaw_all()
    if workers := scene.fleet.ready():
        scene.fleet.freeze(scene.rng.choice(workers))


def worker_killed_without_its_broker(scene: Scene) -> None:
    _kill_broker(scene)
    worker_killed(scene)
    scene.pass_time(0.2, 1)
    scene.broker.start()


BROKER_FAULTS = [
    all_connections_dropped,
    broker_killed,
    broker_away_for_a_lease,
    broker_frozen,
    broker_frozen_for_a_lease,
    writes_refused,
    scripts_forgotten,
]

WORKER_FAULTS = [
    worker_killed,
    child_killed,
    worker_frozen,
    worker_killed_without_its_broker,
]
