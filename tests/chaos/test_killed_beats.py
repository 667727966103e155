"""Three Beats, killed in turn around the moments at which cron jobs are due."""

import time

from service.broker import keys
from tests.chaos import jobs
from tests.waiting import wait_until

BEATS = 3
ENTRIES = 40
MINUTE = 60


def test_every_cron_slot_gets_exactly_one_job_while_beats_are_killed(scene, long):
    scene.variables["HEADCOUNT_WORKERS"] = "tests.chaos.jobs,tests.chaos.cron_jobs"
    scene.variables["CHAOS_CRON_ENTRIES"] = ENTRIES
    scene.fleet.add(1)
    wait_until(lambda: time.time() % MINUTE < 50, 15)  # no slot while they start
    beats = [scene.start("beat", wait=False) for _ in range(BEATS)]
    wait_until(lambda: scene.broker.client.hlen(keys.CRON_SLOTS) >= ENTRIES, 30)
    for _ in range(3 if long else 1):
        due = (time.time() // MINUTE + 1) * MINUTE
        wait_until(lambda due=due: time.time() > due - 2, MINUTE)
        for n in scene.rng.sample(range(BEATS), BEATS):
            scene.pass_time(0.3, 1.5)
            beats[n].kill()
            beats[n] = scene.start("beat", wait=False)
            scene.events["Beats killed"] += 1
        tags = [f"Cron{n}@{due // MINUTE:.0f}" for n in range(ENTRIES)]
        scene.enqueuer.accepted |= dict.fromkeys(tags, jobs.ENDS)
        scene.events["cron slots"] += len(tags)
        scene.wait_for(tags, 30)
    scene.pass_time(3)  # for a Beat that believes a slot is still to be run
    verdict = scene.judge(within_seconds=30)
    assert verdict.faults == {}
    assert verdict.doubled == []
    assert scene.runs().keys() == scene.enqueuer.accepted.keys()
