"""Jobs that kill whoever runs them, or that nobody can read, beside innocent ones."""

from tests.chaos import jobs
from tests.chaos.fleet import Mending
from tests.chaos.judge import dead_tags
from tests.waiting import wait_until
from workers.process_app import process_app

UNREADABLE = ["not a message", "{}", '{"body": "W10=", "headers": {"task": 7}}', b"\xff\x00{"]


def test_poison_jobs_die_alone(scene, long):
    rounds = 5 if long else 1
    scene.variables["HEADCOUNT_PREFETCH"] = 4
    scene.fleet.add(2)
    with Mending(scene.fleet) as mending, scene.load(per_second=15):
        for _ in range(rounds):
            killer = enqueue_poison(scene)
            wait_until(lambda tag=killer: tag in dead_tags(scene.broker)[0], 60)
    scene.events["workers killed by jobs"] = mending.mended
    verdict = scene.judge(within_seconds=60, unreadable=rounds * len(UNREADABLE))
    assert verdict.faults == {}
    assert verdict.buried == []


def enqueue_poison(scene):
    """Enqueue poison of every kind with innocent jobs around it; the tag of the worst."""
    for poison in (jobs.ChildKilledAlways, jobs.FailsAlways, jobs.WorkerKiller):
        enqueue_innocents(scene)
        tag = scene.enqueuer.one(poison)
        scene.events["poison jobs"] += 1
    enqueue_unknown(scene)
    for text in UNREADABLE:
        scene.broker.push(scene.rng.choice(["critical", "default", "low"]), text)
    enqueue_innocents(scene)
    return tag


def enqueue_innocents(scene):
    for _ in range(8):
        scene.enqueuer.one(jobs.Nap, scene.rng.uniform(0.05, 1))


def enqueue_unknown(scene):
    tag = f"unknown-{scene.rng.random()}"
    send = process_app().send_task
    scene.enqueuer.record(tag, jobs.DIES, lambda: send("no.such.Task", (tag,), queue="default"))
