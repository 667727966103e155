"""How costs grow: one curve for each thing there can be more of."""

import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

from bench.broker import Broker
from bench.contestants import headcount
from bench.full_broker import FullBroker
from bench.full_registry import FullWorker
from bench.process_tree import cpu_seconds, suspended
from bench.snapshot import scene
from bench.waiting import until
from service.broker.dead_set import DeadSet
from service.telemetry.metrics_text import metrics_text

TIMES, JOBS = 30, 2000


@dataclass(frozen=True, slots=True)
class Curve:
    """Costs in ``unit`` over how many there are of ``axis``; ``cost``: of what, in words."""

    axis: str
    cost: str
    unit: str
    points: Sequence[tuple[int, float]]

    @property
    def growth(self) -> float:
        """Return the last cost as a multiple of the first."""
        return self.points[-1][1] / self.points[0][1]


def jobs_done(broker: Broker) -> Curve:
    """Let one worker work on and on, and measure it now and then."""
    points, done, who = [], 0, headcount()
    broker.client.flushall()
    with who.working(broker) as worker:
        for many in (500, 2_000, 8_000, 32_000):
            who.work_off(broker, "noop", many - done, 300)
            with suspended(worker.pid):
                who.enqueue(broker, "noop", JOBS)
                cpu = cpu_seconds(worker.pid)
            until(lambda: who.drained(broker), 120)
            points.append((many, (cpu_seconds(worker.pid) - cpu) / JOBS * 1e6))
            done = many + JOBS
    return Curve("jobs done", "CPU of the worker's tree per job", "µs", points)


def jobs_waiting(broker: Broker) -> Curve:
    """Let a worker take some of many waiting jobs."""
    points, who = [], headcount()
    for many in (3_000, 30_000, 300_000):
        broker.client.flushall()
        who.enqueue(broker, "noop", 1)
        [job] = broker.client.lrange("default", 0, 0)
        for _ in range(many // 1000):
            broker.client.lpush("default", *[job] * 1000)
        with who.working(broker):
            until(lambda left=many - 500: broker.client.llen("default") < left, 60, 0.001)
            cpu, left = broker.cpu_seconds(), broker.client.llen("default")
            until(lambda left=left - JOBS: broker.client.llen("default") < left, 60)
            taken = left - broker.client.llen("default")
            points.append((many, (broker.cpu_seconds() - cpu) / taken * 1e6))
    return Curve("jobs waiting", "broker's CPU per job", "µs", points)


def tasks(_broker: Broker) -> Curve:
    """Count jobs of more and more tasks."""
    points = []
    for many in (1, 3, 10, 30, 100, 200):
        full = FullWorker(many)
        points.append((many, _median(full.work) / (many * 3) * 1e6))
    return Curve("tasks", "CPU of counting one job", "µs", points)


def series(_broker: Broker) -> Curve:
    """Write the metrics of more and more tasks."""
    points = []
    for many in (1, 5, 25, 100, 200):
        full = FullWorker(many)
        points.append((full.series(), _median(partial(metrics_text, full.registry, ""), full.work)))
    return Curve("series", "CPU of a scrape", "ms", _milliseconds(points))


def snapshot_of_jobs(broker: Broker) -> Curve:
    """Read snapshots while more and more jobs wait."""
    return _snapshots(broker, "jobs", (1_000, 10_000, 100_000, 1_000_000))


def snapshot_of_workers(broker: Broker) -> Curve:
    """Read snapshots while more and more workers report; each holds eight jobs."""
    return _snapshots(broker, "workers", (1, 3, 10, 30, 100, 300))


def snapshot_of_cron(broker: Broker) -> Curve:
    """Read snapshots of more and more cron entries."""
    return _snapshots(broker, "cron", (1, 10, 100, 1_000))


def dead_jobs(broker: Broker) -> Curve:
    """List the newest fifty of more and more dead jobs."""
    points, full, dead = [], FullBroker(broker), DeadSet(broker.client)
    for many in (100, 1_000, 10_000, 30_000):
        full.fill(dead=many)
        points.append((many, _median(lambda: dead.newest(50))))
    return Curve("dead jobs", "CPU of listing the newest 50", "ms", _milliseconds(points))


CURVES: tuple[Callable[[Broker], Curve], ...] = (
    jobs_done,
    jobs_waiting,
    tasks,
    series,
    snapshot_of_jobs,
    snapshot_of_workers,
    snapshot_of_cron,
    dead_jobs,
)

AXES = {"jobs": "jobs waiting", "workers": "workers", "cron": "cron entries"}


def _snapshots(broker: Broker, what: str, sizes: Sequence[int]) -> Curve:
    points = []
    for size in sizes:
        amounts = {"jobs": 1_000, "workers": 1, "cron": 1, "dead": 0, what: size}
        shown = scene(FullBroker(broker), **amounts)
        costs = [shown.snapshot()["cpu"] for _ in range(TIMES)]
        points.append((size, statistics.median(costs)))
    return Curve(AXES[what], "CPU of a snapshot", "ms", _milliseconds(points))


def _median(call: Callable[[], object], before: Callable[[], object] = lambda: None) -> float:
    """Return the median CPU seconds of a call."""
    seconds = []
    for _ in range(TIMES):
        before()
        begun = time.thread_time()
        call()
        seconds.append(time.thread_time() - begun)
    return statistics.median(seconds)


def _milliseconds(points: Sequence[tuple[int, float]]) -> list[tuple[int, float]]:
    return [(many, seconds * 1000) for many, seconds in points]
