"""Workers are replaced one after the other under load, as by a deployment."""

from tests.chaos import jobs

GRACE_SECONDS = 1


def test_no_job_is_lost_or_doubled_by_rolling_restarts(scene, long):
    restarts = 100 if long else 5
    scene.variables["HEADCOUNT_SHUTDOWN_GRACE_SECONDS"] = GRACE_SECONDS
    scene.fleet.add(2)
    statuses = []
    with scene.load(per_second=25):
        for n in range(restarts):
            if n % 3 == 0:  # some that outlast the grace, and are given back
                scene.enqueuer.one(jobs.Nap, GRACE_SECONDS + 1.5)
            statuses.append(scene.fleet.replace(scene.fleet.workers[0], GRACE_SECONDS + 5))
            scene.events["workers replaced"] += 1
    verdict = scene.judge(within_seconds=60)
    assert verdict.faults == {}
    assert [tag for tag in verdict.doubled if heard(scene, tag)] == []
    assert set(statuses) == {0}
    assert leases_expired(scene.broker) == 0, "jobs came back after a lease, not at once"


def heard(scene, tag):
    """Whether a job ended in time to say so: not as its process was killed, at the grace's end."""
    return not any(scene.silences.interrupted(run) for run in scene.runs()[tag][:-1])


def leases_expired(broker):
    return sum(state.leases_expired for state in broker.queues().values())
