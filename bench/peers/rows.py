"""Rows: Headcount beside other job systems, by no-op jobs on a full queue and by SIGKILL."""

import time
from collections.abc import Iterator, Mapping

from bench.broker import Broker, running_broker
from bench.contestants import headcount, plain
from bench.noop_jobs import WARM, work_off
from bench.peers.contestants import Peer, arq, dramatiq, rq, taskiq, watched_celery
from bench.peers.kills import lost_after_sigkill
from bench.process_tree import cpu_seconds
from bench.results import Result
from bench.rounds import Figures, medians, ratio, rounds

ROUNDS, CATCH_UP_SECONDS = 3, 2.0

ROWS = {"cpu": "worker tree's CPU per no-op job", "jobs_per_second": "no-op jobs per second"}


def measure() -> Iterator[Result]:
    """Measure each peer, and plain Celery, against Headcount at prefetch 4."""
    celery = Peer(plain(), "loses jobs: they are acknowledged before they are begun; not monitored")
    peers = [celery, watched_celery(), dramatiq(), taskiq(), rq(), arq()]
    ours = Peer(headcount())
    with running_broker() as broker:
        mine, again, *theirs = rounds(ROUNDS, [ours, ours, *peers], lambda who: _run(broker, who))
    my_lost, *lost = lost_after_sigkill([one.contestant for one in (ours, *peers)])
    for peer, figures, their_lost in zip(peers, theirs, lost, strict=True):
        for name, row in ROWS.items():
            yield Result(
                row=f"{row}, {peer.contestant.name}",
                against=peer.contestant.name,
                figure=ratio(mine, figures, name),
                noise=ratio(again, mine, name),
                measured={
                    **_measured("ours", medians(mine), my_lost),
                    **_measured("theirs", medians(figures), their_lost),
                    "plain_celery": medians(theirs[0])[name],
                },
                note=peer.note,
            )


def _run(broker: Broker, peer: Peer) -> Figures:
    with peer.monitored(broker) as monitor:
        if monitor is None:
            return work_off(broker, peer.contestant, jobs=peer.jobs)
        begun = cpu_seconds(monitor.pid)
        figures = work_off(broker, peer.contestant, jobs=peer.jobs)
        time.sleep(CATCH_UP_SECONDS)  # it may still be reading
        used = cpu_seconds(monitor.pid) - begun
        return {**figures, "monitor_cpu": used / (WARM + peer.jobs)}


def _measured(whose: str, figures: Figures, lost: int) -> Mapping[str, float]:
    named = {f"{whose}_{name}": value for name, value in figures.items()}
    return {**named, f"{whose}_lost_after_sigkill": lost}
