"""``/health`` and ``/queues`` for 200 clients at once, from a sidecar on a core of its own."""

import os
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.error import URLError
from urllib.request import urlopen

from bench.broker import Broker, running_broker
from bench.contestants import ROOT
from bench.full_broker import FullBroker
from bench.http_clients import ask
from bench.process_tree import cpu_seconds, on_core
from bench.results import Result, Target
from bench.waiting import until
from service.serve.ports import choose_port

CLIENTS, SECONDS = 200, 10.0
PATHS = ("/health", "/queues")


def measure() -> Iterator[Result]:
    """Measure how long answers take, and what the broker is asked meanwhile."""
    port = choose_port("127.0.0.1")
    with on_core(-1), running_broker() as broker, _sidecar(broker, port) as sidecar:
        FullBroker(broker).fill(jobs=10_000, workers=10, cron=20)
        begun = broker.commands()
        time.sleep(SECONDS)
        idle, begun = broker.commands() - begun, broker.commands()
        cpu = cpu_seconds(sidecar.pid)
        load = ask(port, PATHS, CLIENTS, SECONDS)
        cpu, loaded = cpu_seconds(sidecar.pid) - cpu, broker.commands() - begun
    seconds = sorted(load.seconds)
    yield Result(
        row=f"/health and /queues, {CLIENTS} clients, one core, p99",
        against="",
        figure=statistics.quantiles(seconds, n=100)[98] * 1000,
        unit=" ms",
        target=Target(at_most=25.0),
        measured={
            "p50_milliseconds": statistics.median(seconds) * 1000,
            "longest_milliseconds": seconds[-1] * 1000,
            "answers_per_second": len(seconds) / SECONDS,
            "cpu_microseconds_an_answer": cpu / len(seconds) * 1e6,
        },
        note=f"statuses: {b', '.join(sorted(load.statuses)).decode()}",
    )
    yield Result(
        row="broker's commands while they ask",
        against="idle",
        figure=loaded / idle,
        target=Target(at_most=1.15),  # ten seconds hold a snapshot more or less
        measured={"idle_per_second": idle / SECONDS, "loaded_per_second": loaded / SECONDS},
    )


@contextmanager
def _sidecar(broker: Broker, port: int) -> Iterator["subprocess.Popen[bytes]"]:
    environ = {**os.environ, "CELERY_BROKER_URL": broker.url, "HEADCOUNT_HTTP_PORT": str(port)}
    argv = [sys.executable, "-m", "service", "sidecar"]
    with on_core(0):
        process = subprocess.Popen(argv, env=environ, cwd=ROOT, stdout=subprocess.DEVNULL)
    with process:
        try:
            until(lambda: _answers(port), 30)
            yield process
        finally:
            process.terminate()


def _answers(port: int) -> bool:
    try:
        with urlopen(f"http://127.0.0.1:{port}/health/live"):
            return True
    except URLError:
        return False
