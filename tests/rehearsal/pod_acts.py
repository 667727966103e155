"""What happens to pods: they become more or fewer, are drained, lost, and hit in their parts."""

import os
import signal
import time
from collections.abc import Callable

from tests.chaos import jobs
from tests.rehearsal.cluster import LEASE_SECONDS, REPLICAS, Cluster
from tests.rehearsal.pods import Pod
from tests.waiting import wait_until

THREE = REPLICAS["worker"]
STAY_SECONDS = 5


def scale(replicas: int) -> Callable[[Cluster], None]:
    """Return what leaves so many worker pods."""

    def do(cluster: Cluster) -> None:
        cluster.workers.scale(replicas)
        cluster.workers.wait_until_settled()
        time.sleep(STAY_SECONDS)

    return do


def scale_to_zero_and_back(cluster: Cluster) -> None:
    """Leave no worker for a moment."""
    scale(0)(cluster)
    scale(THREE)(cluster)


def drain(cluster: Cluster) -> None:
    """Let a pod go whose jobs end in time, as when its machine is emptied."""
    cluster.workers.end(_one(cluster))
    cluster.workers.add()
    cluster.wait_until_settled()


def drain_all(cluster: Cluster) -> None:
    """Let all pods go at once."""
    for pod in list(cluster.workers.pods):
        cluster.workers.end(pod)
    cluster.workers.scale(THREE)
    cluster.wait_until_settled()


def drain_long_jobs(cluster: Cluster) -> None:
    """Let a pod go whose jobs take longer than it has."""
    for _ in range(8 * THREE):
        cluster.enqueuer.one(jobs.CriticalNap, 15)
    time.sleep(1)
    drain(cluster)


def drain_stuck(cluster: Cluster) -> None:
    """Let a pod go whose worker is stuck: it does not hear SIGTERM, and is killed in the end."""
    pod = _one(cluster)
    _send(cluster, signal.SIGSTOP, pod.containers[0].family())
    cluster.workers.end(pod)
    cluster.workers.add()
    cluster.wait_until_settled()


def lose_machine(cluster: Cluster) -> None:
    """Let a pod be gone from one moment to the next."""
    cluster.workers.lose(_one(cluster))
    cluster.wait_until_settled()


def kill_worker(cluster: Cluster) -> None:
    """Kill a worker's process; its children are left to notice."""
    _send_and_wait(cluster, signal.SIGKILL, _one(cluster).containers[0].family()[:1], 1)


def kill_child(cluster: Cluster) -> None:
    """Kill a child at work, as the kernel does where memory is short."""
    children = _one(cluster).containers[0].family()[1:]
    _send(cluster, signal.SIGKILL, [cluster.rng.choice(children)])
    time.sleep(STAY_SECONDS)


def freeze_worker(cluster: Cluster) -> None:
    """Let a worker hang, until its liveness probe has it restarted."""
    _send_and_wait(cluster, signal.SIGSTOP, _one(cluster).containers[0].family()[:1], 1)


def freeze_sidecar(cluster: Cluster) -> None:
    """Let a sidecar hang: it alone is restarted, and costs no worker its jobs."""
    _send_and_wait(cluster, signal.SIGSTOP, _one(cluster).sidecars[0].family(), 1)


def kill_beats(cluster: Cluster) -> None:
    """Kill both Beats as cron jobs are due."""
    wait_until(lambda: 58 < time.time() % 60 < 59.5, 62)
    beats = cluster.deployments["beat"].pods
    _send_and_wait(cluster, signal.SIGKILL, [one.pid for pod in beats for one in pod], len(beats))
    time.sleep(STAY_SECONDS)


def _one(cluster: Cluster) -> Pod:
    return cluster.rng.choice(cluster.workers.pods)


def _send(cluster: Cluster, number: signal.Signals, pids: list[int]) -> None:
    cluster.silences.note(pids)
    for pid in pids:
        os.kill(pid, number)


def _send_and_wait(
    cluster: Cluster, number: signal.Signals, pids: list[int], restarts: int
) -> None:
    """Send a signal, and wait until so many containers have been restarted for it."""
    wanted = len(cluster.restarts) + restarts
    _send(cluster, number, pids)
    wait_until(lambda: len(cluster.restarts) >= wanted, 120, "nothing was restarted")
    time.sleep(LEASE_SECONDS)
    cluster.wait_until_settled()
