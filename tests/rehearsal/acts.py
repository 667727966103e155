"""What happens to production, one act after the other, and what may come of it."""

import time
from collections.abc import Callable, Set
from dataclasses import dataclass, field

from drill.faults import LINGERS
from tests.rehearsal import broker_acts, pod_acts, release_acts
from tests.rehearsal.cluster import Cluster
from tests.rehearsal.pods import Release

GONE = frozenset({"HeadcountWorkerSilent", "HeadcountCronNotSucceeding"})
"""Told of when a worker has gone without a word: of it, and of the health check that says so."""

LINGERING = LINGERS | GONE | {"HeadcountDeadSetGrowing"}
"""Told of for long: until somebody deals with dead jobs, or for a quarter of an hour. What lasts is
no finding of what happens next."""


@dataclass(frozen=True, slots=True)
class Act:
    """One of them.

    ``alerts`` may be told of. ``restarts``: whether containers may be restarted. ``late``: whether
    jobs may have to wait longer than their queue's objective. ``forgotten``: of how many jobs the
    broker may forget what became of them, as it dies before it has told its replica.
    """

    name: str
    do: Callable[[Cluster], object]
    alerts: Set[str] = field(default_factory=frozenset)
    restarts: bool = False
    late: bool = False
    forgotten: int = 0


def acts(new: Release, old: Release) -> list[Act]:
    """Return all of them, in their order."""
    gone = LINGERS | GONE | {"HeadcountLeasesExpire"}
    # Until the new leader's replicas follow it, it refuses writes: ten seconds are minutes here.
    down = GONE | {
        *("HeadcountBrokerDown", "HeadcountBrokerRefusesWrites", "HeadcountBeatSilent"),
        *("HeadcountScheduleLags", "HeadcountLeasesExpire"),
    }
    unknown = LINGERS | {"HeadcountDeadSetGrowing"}
    idle = frozenset({"HeadcountQueueWithoutWorkers"})
    return [
        Act("nothing", lambda _cluster: time.sleep(20)),
        Act("scale to five", pod_acts.scale(5)),
        Act("scale to two", pod_acts.scale(2)),
        Act("scale back to three", pod_acts.scale(3)),
        Act("roll out a new version", release_acts.roll_out(new)),
        Act("roll back while its jobs wait", release_acts.roll_back(old), unknown),
        Act("roll out again", release_acts.roll_out_again(new), unknown, late=True),
        Act("kill the primary", broker_acts.kill_primary, down, forgotten=2),
        Act("freeze the primary", broker_acts.freeze_primary, down, forgotten=2),
        Act("switch the primary over", broker_acts.switch_over, down),
        Act("kill a sentinel", broker_acts.kill_sentinel),
        Act("drain a pod", pod_acts.drain),
        Act("drain all pods at once", pod_acts.drain_all),
        Act("drain a pod with long jobs", pod_acts.drain_long_jobs),
        Act("drain a pod that is stuck", pod_acts.drain_stuck, gone),
        Act("lose a machine", pod_acts.lose_machine, gone),
        Act("kill a worker", pod_acts.kill_worker, gone, restarts=True),
        Act("kill a child", pod_acts.kill_child),
        Act("freeze a worker", pod_acts.freeze_worker, gone, restarts=True),
        Act("freeze a sidecar", pod_acts.freeze_sidecar, restarts=True),
        Act("kill both Beats", pod_acts.kill_beats, restarts=True),
        Act("scale to zero and back", pod_acts.scale_to_zero_and_back, idle, late=True),
    ]
