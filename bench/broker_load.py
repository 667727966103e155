"""What Headcount asks of a broker with an append-only file: CPU for each job, and idle workers."""

import time
from collections.abc import Iterator
from dataclasses import replace

from bench.broker import Broker, running_broker
from bench.broker_bytes import NOW
from bench.contestants import headcount
from bench.noop_jobs import work_off
from bench.process_tree import main_thread_cpu_seconds
from bench.results import Result

BULK, ONE_BY_ONE, IDLE_SECONDS = 50_000, 3_000, 10.0


def measure() -> Iterator[Result]:
    """Measure enqueueing both ways, working off at both prefetches, and an idle worker."""
    with running_broker() as broker:
        broker.client.config_set("appendonly", "yes")  # as it should be where jobs matter
        one_by_one = f"import sys; from bench.headcount_jobs import Noop as JOB; {NOW}"
        yield _enqueued(broker, "one by one", ONE_BY_ONE, publish=one_by_one)
        yield _enqueued(broker, "in bulk", BULK)
        for prefetch in (4, 1):
            figures = work_off(broker, headcount(8, prefetch))
            yield Result(
                row=f"broker's CPU, a job taken and ended, prefetch {prefetch}, concurrency 8",
                against="",
                figure=figures["broker_cpu"] * 1e6,
                unit=" µs",
                measured=figures,
            )
        yield from _idle(broker)


def _enqueued(broker: Broker, how: str, jobs: int, **changes: str) -> Result:
    broker.client.flushall()
    before = main_thread_cpu_seconds(broker.pid)
    replace(headcount(), **changes).enqueue(broker, "noop", jobs)
    cpu = main_thread_cpu_seconds(broker.pid) - before
    row = f"broker's CPU, a job enqueued {how}"
    return Result(row=row, against="", figure=cpu / jobs * 1e6, unit=" µs")


def _idle(broker: Broker) -> Iterator[Result]:
    broker.client.flushall()
    clients = broker.client.info("clients")["connected_clients"]
    who = headcount()
    with who.working(broker):
        who.work_off(broker, "noop", 1)
        time.sleep(2)  # what starting asks of the broker is over
        trips, cpu = broker.round_trips(), main_thread_cpu_seconds(broker.pid)
        time.sleep(IDLE_SECONDS)
        cpu = main_thread_cpu_seconds(broker.pid) - cpu
        trips = broker.round_trips() - trips
        held = broker.client.info("clients")["connected_clients"] - clients
    measured = {"broker_cpu_share": cpu / IDLE_SECONDS, "connections": float(held)}
    yield Result(
        row="round trips per second of an idle worker",
        against="",
        figure=trips / IDLE_SECONDS,
        measured=measured,
    )
    yield Result(row="an idle worker's connections", against="", figure=float(held))
    yield Result(
        row="broker's CPU for an idle worker",
        against="",
        figure=cpu / IDLE_SECONDS * 100,
        unit=" %",
    )
