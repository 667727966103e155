"""``/health`` and ``/queues`` for 200 clients at once, from a sidecar on a core of its own."""

import asyncio
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from bench.broker import Broker, running_broker
from bench.contestants import ROOT
from bench.full_broker import FullBroker
from bench.http_clients import Load, ask
from bench.process_tree import cpu_seconds, on_core
from bench.results import Result, Target
from bench.waiting import until
from service.serve.ports import choose_port
from service.serve.readiness import http_answers

CLIENTS, WORKERS, SECONDS, WINDOWS = 200, 10, 2.0, 5
PATHS = ("/health", "/queues")


def measure() -> Iterator[Result]:
    """Measure how long answers take, and what the broker is asked meanwhile."""
    port = choose_port("127.0.0.1")
    with on_core(-1), running_broker() as broker, _sidecar(broker, port) as sidecar:
        full, windows = FullBroker(broker), list[Load]()
        full.fill(jobs=10_000, workers=WORKERS, cron=20)
        idle = _commands(full, lambda: time.sleep(SECONDS))
        cpu = cpu_seconds(sidecar.pid)
        loaded = _commands(full, lambda: windows.append(ask(port, PATHS, CLIENTS, SECONDS)))
        cpu = cpu_seconds(sidecar.pid) - cpu
    seconds = sorted(one for load in windows for one in load.seconds)
    p99 = [statistics.quantiles(load.seconds, n=100)[98] * 1000 for load in windows]
    yield Result(
        row=f"/health and /queues, {CLIENTS} clients, one core, p99, median of {WINDOWS} windows",
        against="",
        figure=statistics.median(p99),
        unit=" ms",
        target=Target(at_most=25.0),
        measured={
            "best_window_milliseconds": min(p99),
            "worst_window_milliseconds": max(p99),
            "p50_milliseconds": statistics.median(seconds) * 1000,
            "longest_milliseconds": seconds[-1] * 1000,
            "answers_per_second": len(seconds) / SECONDS / WINDOWS,
            "cpu_microseconds_an_answer": cpu / len(seconds) * 1e6,
        },
        note=f"statuses: {b', '.join({one for load in windows for one in load.statuses}).decode()}",
    )
    yield Result(
        row="broker's commands while they ask",
        against="idle",
        figure=loaded / idle,
        target=Target(at_most=1.15),  # ten seconds hold a snapshot more or less
        measured={"idle_per_second": idle, "loaded_per_second": loaded},
    )


def _commands(full: FullBroker, meanwhile: Callable[[], None]) -> float:
    """Return the broker's commands per second; workers report as well, or health would be down."""
    begun = full.broker.commands()
    for _ in range(WINDOWS):
        full.report(range(WORKERS))
        meanwhile()
    return (full.broker.commands() - begun) / SECONDS / WINDOWS


@contextmanager
def _sidecar(broker: Broker, port: int) -> Iterator["subprocess.Popen[bytes]"]:
    environ = {**os.environ, "CELERY_BROKER_URL": broker.url, "HEADCOUNT_HTTP_PORT": str(port)}
    argv = [sys.executable, "-m", "service", "sidecar"]
    with on_core(0):
        process = subprocess.Popen(argv, env=environ, cwd=ROOT, stdout=subprocess.DEVNULL)
    with process:
        try:
            until(lambda: asyncio.run(http_answers("127.0.0.1", port, "/health/live")), 30)
            yield process
        finally:
            process.terminate()
