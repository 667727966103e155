"""Another version of the application takes the place of the one that runs."""

import subprocess
import time
from collections.abc import Callable

from tests.rehearsal.added import AddedLater
from tests.rehearsal.cluster import Cluster
from tests.rehearsal.pods import Release
from tests.waiting import wait_until

ADDED, ROLL_SECONDS, STAY_SECONDS = 20, 30, 5


def roll_out(release: Release) -> Callable[[Cluster], None]:
    """Return what replaces everything by a release that has a new task, and then enqueues that."""

    def do(cluster: Cluster) -> None:
        _replace(cluster, release)
        for _ in range(ADDED):
            cluster.enqueuer.one(AddedLater)
        time.sleep(STAY_SECONDS)

    return do


def roll_back(release: Release) -> Callable[[Cluster], None]:
    """Return what replaces everything by a release that does not know a task whose jobs wait."""

    def do(cluster: Cluster) -> None:
        for _ in range(ADDED):
            cluster.enqueuer.one(AddedLater, due_in=ROLL_SECONDS)
        _replace(cluster, release)
        wait_until(lambda: _dead(cluster, AddedLater.name) == ADDED, 2 * ROLL_SECONDS, "not buried")

    return do


def roll_out_again(release: Release) -> Callable[[Cluster], None]:
    """Return what brings the new release back, and retries what nobody knew meanwhile."""

    def do(cluster: Cluster) -> None:
        _replace(cluster, release)
        _headcount(cluster, "dead", "retry", "--all", "--task", AddedLater.name)
        time.sleep(STAY_SECONDS)

    return do


def _replace(cluster: Cluster, release: Release) -> None:
    """Replace all, workers first, as documented."""
    for name in ("worker", "beat", "sidecar", "flower"):
        cluster.deployments[name].roll_out(release)
    cluster.wait_until_settled()


def _dead(cluster: Cluster, task: str) -> int:
    return sum(job.task == task for job in cluster.broker.master.dead_jobs())


def _headcount(cluster: Cluster, *arguments: str) -> None:
    release = cluster.workers.release
    subprocess.run(
        [release.python, "-m", "service", *arguments],
        cwd=release.checkout, env=cluster.environ("jobs"), check=True, capture_output=True,
    )  # fmt: skip
