"""Memory of a worker's parent process as its history grows: many jobs, of many kinds."""

import os
from collections.abc import Iterator
from dataclasses import replace

import psutil

from bench.broker import Broker, running_broker
from bench.contestants import Contestant, headcount
from bench.results import Result, Target
from bench.waiting import until

EARLY = 10_000
JOBS = int(os.environ.get("BENCH_MEMORY_JOBS", "300000"))
AT_ONCE = 10_000
"""Enqueued at a time: the queue is kept short."""

PUBLISH = (
    "import sys; from bench import many_jobs; "
    "[job.perform_bulk([(n,) for n in range(int(sys.argv[2]) // many_jobs.KINDS)]) "
    "for job in many_jobs.JOBS]"
)


def measure() -> Iterator[Result]:
    """Measure at 300,000 jobs; ``BENCH_MEMORY_JOBS=1000000`` takes some five minutes."""
    with running_broker() as broker:
        worker = headcount(concurrency=2, prefetch=16)
        environ = {**worker.environ, "HEADCOUNT_WORKERS": "bench.many_jobs"}
        sizes = dict(_sizes(broker, replace(worker, publish=PUBLISH, environ=environ)))
    yield Result(
        row=f"memory of the worker's parent after {JOBS:,} jobs of 200 tasks",
        against=f"the same after {EARLY:,}",
        figure=sizes[JOBS] / sizes[EARLY],
        target=Target(at_most=1.1),
        measured={f"bytes_after_{jobs}": size for jobs, size in sizes.items()},
    )


def _sizes(broker: Broker, who: Contestant) -> Iterator[tuple[int, float]]:
    """Yield (jobs done so far, resident bytes of the parent) at ten points of the way."""
    done = 0
    with who.working(broker) as worker:
        parent = psutil.Process(worker.pid)
        for wanted in (EARLY, *range(JOBS // 10, JOBS + 1, JOBS // 10)):
            while done < wanted:
                who.enqueue(broker, "", AT_ONCE)
                until(lambda: broker.client.llen("default") < AT_ONCE // 4, 300)
                done += AT_ONCE
            until(lambda: who.drained(broker), 300)
            yield done, float(parent.memory_info().rss)
