"""Jobs scheduled across restarts of everything: each once, none early, none late without need."""

import time

from tests.chaos import jobs

LATE_SECONDS = 1.0
LAST_DUE_SECONDS = 12.0


def test_delayed_jobs_run_once_and_on_time_across_restarts_of_everything(scene, long):
    last_due = 5 * LAST_DUE_SECONDS if long else LAST_DUE_SECONDS
    scene.fleet.add(2)
    beat = scene.start("beat")
    for _ in range(2_000 if long else 400):
        scene.enqueuer.one(jobs.Quick, due_in=scene.rng.uniform(1, last_due))
    for _ in range(10 if long else 2):
        beat = restart_everything(scene, beat)
    scene.fleet.wait_until_ready()
    scene.wait_for([scene.enqueuer.one(jobs.Quick)], 10)
    calm = time.time()
    verdict = scene.judge(within_seconds=last_due + 30)
    assert verdict.faults == {}
    assert late(scene, calm) == {}


def restart_everything(scene, beat):
    """Kill workers, Beat and broker, in the dice's order, and start them again."""
    for kind in scene.rng.sample(["workers", "beat", "broker"], 3):
        scene.pass_time(0.2, 1.5)
        scene.events[f"times {kind} killed"] += 1
        if kind == "workers":
            for worker in list(scene.fleet.workers):
                scene.fleet.kill(worker)
        elif kind == "beat":
            beat.kill()
            beat = scene.start("beat", wait=False)
        else:
            scene.broker.kill()
            scene.pass_time(0.2, 1)
            scene.broker.start()
    return beat


def late(scene, calm):
    """Tag -> seconds late, of jobs due in calm times."""
    runs = scene.runs()
    lateness = {
        tag: runs[tag][0].started - due for tag, due in scene.enqueuer.due.items() if due > calm
    }
    scene.events["jobs due when all was calm"] = len(lateness)
    scene.events["ms late at most"] = round(1000 * max(lateness.values()))
    return {tag: seconds for tag, seconds in lateness.items() if seconds > LATE_SECONDS}
