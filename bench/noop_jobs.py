"""No-op jobs: a Headcount worker with everything on against a plain Celery worker, unobserved.

Interleaved pairs on one machine; A against A beside A against B shows the noise. CPU is that
of the worker's whole process tree, children that ended included.
"""

import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil
import redis

from service.serve.embedded import valkey_program
from service.serve.ports import choose_port

ROOT = Path(__file__).parents[1]
JOBS, PAIRS, CONCURRENCY = 3000, 3, 2


@dataclass(frozen=True)
class Contestant:
    """``publish`` runs with ``python -c``, JOBS given in ``sys.argv[1]``."""

    name: str
    worker: tuple[str, ...]
    publish: str
    environ: dict[str, str]


PLAIN = Contestant(
    "plain Celery, stock transport, prefetch 4, nothing observed",
    (
        *("-m", "celery", "-A", "bench.plain_celery", "worker", "-c", str(CONCURRENCY)),
        *("--without-gossip", "--without-mingle", "-l", "ERROR"),
    ),
    "import sys; from bench.plain_celery import noop; "
    "[noop.delay() for _ in range(int(sys.argv[1]))]",
    {},
)


def headcount(prefetch: int) -> Contestant:
    return Contestant(
        f"Headcount, everything on, prefetch {prefetch}",
        ("-m", "service", "worker"),
        "import sys; from bench.headcount_jobs import Noop; "
        "Noop.perform_bulk([()] * int(sys.argv[1]))",
        {
            "HEADCOUNT_WORKERS": "bench.headcount_jobs",
            "HEADCOUNT_CONCURRENCY": str(CONCURRENCY),
            "HEADCOUNT_PREFETCH": str(prefetch),
        },
    )


def main() -> None:
    with tempfile.TemporaryDirectory() as directory:
        port = choose_port("127.0.0.1")
        argv = [valkey_program(), "--port", str(port), "--bind", "127.0.0.1", "--save", ""]
        with subprocess.Popen([*argv, "--dir", directory], stdout=subprocess.DEVNULL) as broker:
            try:
                _compare(port, directory)
            finally:
                broker.terminate()


def _compare(port: int, directory: str) -> None:
    client = redis.Redis(port=port)
    _until(lambda: _answers(client), 10)
    contestants = [PLAIN, PLAIN, headcount(4), headcount(1)]
    measured: list[list[tuple[float, float, float]]] = [[] for _ in contestants]
    for _ in range(PAIRS):
        for one, results in zip(contestants, measured, strict=True):
            client.flushall()
            results.append(_measure(one, port, client, directory))
    print(f"{JOBS} no-op jobs, concurrency {CONCURRENCY}, medians of {PAIRS} interleaved rounds")
    print(f"{'':<62}{'CPU a job':>11}{'jobs a second':>15}{'broker CPU':>12}")
    for one, results in zip(contestants[1:], measured[1:], strict=True):
        ratios = [
            statistics.median(
                mine[i] / base[i] for mine, base in zip(results, measured[0], strict=True)
            )
            for i in range(3)
        ]
        print(f"{one.name:<62}{ratios[0]:>11.2f}{ratios[1]:>15.2f}{ratios[2]:>12.2f}")
    print("each against: " + PLAIN.name)


def _measure(
    one: Contestant, port: int, client: redis.Redis, directory: str
) -> tuple[float, float, float]:
    """Return CPU seconds a job, jobs a second, and the broker's CPU seconds a job."""
    environ = dict(os.environ) | one.environ | {"PYTHONPATH": str(ROOT)}
    environ |= {"CELERY_BROKER_URL": f"redis://127.0.0.1:{port}/0"}
    environ |= {"HEADCOUNT_METRICS_PORT": str(choose_port("127.0.0.1"))}
    log = (Path(directory) / "worker.log").open("ab")
    with subprocess.Popen([sys.executable, *one.worker], env=environ, cwd=ROOT, stdout=log,
                          stderr=log) as worker:  # fmt: skip
        tree = psutil.Process(worker.pid)
        _publish(one, environ, 200)  # warm
        _until(lambda: _drained(client), 60)
        with _suspended(tree):  # so that both begin with a full queue
            _publish(one, environ, JOBS)
            cpu, broker, begun = _tree_cpu(tree), _broker_cpu(client), time.monotonic()
        _until(lambda: _drained(client), 120)
        seconds = time.monotonic() - begun
        spent, asked = _tree_cpu(tree) - cpu, _broker_cpu(client) - broker
        worker.terminate()
    return spent / JOBS, JOBS / seconds, asked / JOBS


def _publish(one: Contestant, environ: dict[str, str], jobs: int) -> None:
    subprocess.run(
        [sys.executable, "-c", one.publish, str(jobs)], env=environ, cwd=ROOT, check=True
    )


@contextmanager
def _suspended(tree: psutil.Process) -> Iterator[None]:
    processes = [tree, *tree.children(recursive=True)]
    for one in processes:
        one.suspend()
    yield
    for one in processes:
        one.resume()


def _drained(client: redis.Redis) -> bool:
    return not client.llen("default") and not client.llen("celery") and not client.hlen("unacked")


def _tree_cpu(parent: psutil.Process) -> float:
    times = [parent.cpu_times(), *[child.cpu_times() for child in parent.children(recursive=True)]]
    ended = times[0].children_user + times[0].children_system
    return ended + sum(one.user + one.system for one in times)


def _broker_cpu(client: redis.Redis) -> float:
    info = client.info("cpu")
    return float(info["used_cpu_user"] + info["used_cpu_sys"])


def _answers(client: redis.Redis) -> bool:
    try:
        return bool(client.ping())
    except redis.RedisError:
        return False


def _until(true: object, seconds: float) -> None:
    deadline = time.monotonic() + seconds
    while not true():
        if time.monotonic() > deadline:
            raise TimeoutError
        time.sleep(0.02)
