"""Who is measured: a Headcount worker with everything on, and a plain Celery worker unobserved."""

import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from bench.broker import Broker
from bench.waiting import until
from service.serve.ports import choose_port

ROOT = Path(__file__).parents[1]


@dataclass(frozen=True, slots=True)
class Contestant:
    """One way to run jobs.

    ``worker``: arguments of the Python that runs it. ``publish`` is a program for ``python -c``,
    given a job's name and a number of jobs. ``python``: the interpreter of its environment.
    """

    name: str
    worker: tuple[str, ...]
    publish: str
    environ: Mapping[str, str] = field(default_factory=dict)
    python: str = sys.executable

    def enqueue(self, broker: Broker, job: str, jobs: int) -> None:
        """Enqueue ``jobs`` jobs, from a process of its own."""
        argv = [self.python, "-c", self.publish, job, str(jobs)]
        subprocess.run(argv, env=self.environment(broker), cwd=ROOT, check=True)

    def environment(self, broker: Broker) -> dict[str, str]:
        """Return the environment variables of its processes."""
        ours = {"CELERY_BROKER_URL": broker.url, "PYTHONPATH": str(ROOT)}
        ports = {"HEADCOUNT_METRICS_PORT": str(choose_port("127.0.0.1"))}
        return {**os.environ, **ours, **ports, **self.environ}

    @contextmanager
    def working(
        self, broker: Broker, under: tuple[str, ...] = ()
    ) -> Iterator["subprocess.Popen[bytes]"]:
        """Run its worker, ``under`` another program if given; its output is thrown away."""
        argv = [*under, self.python, *self.worker]
        with subprocess.Popen(
            argv, env=self.environment(broker), cwd=ROOT,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        ) as worker:  # fmt: skip
            try:
                yield worker
            finally:
                worker.terminate()

    def drained(self, broker: Broker) -> bool:
        """Return whether nothing waits and nothing runs."""
        waiting = sum(map(broker.client.llen, ("critical", "default", "low", "celery")))
        return not waiting and not broker.client.hlen("unacked")

    def work_off(self, broker: Broker, job: str, jobs: int, seconds: float = 120) -> None:
        """Enqueue jobs and wait until they have ended."""
        self.enqueue(broker, job, jobs)
        until(lambda: self.drained(broker), seconds)


def plain(concurrency: int = 2, prefetch: int = 4) -> Contestant:
    """Return Celery as its documentation sets it up, on the stock transport."""
    return _celery(
        f"plain Celery, stock transport, prefetch {prefetch}, nothing observed",
        *("-c", str(concurrency), "--prefetch-multiplier", str(prefetch)),
        *("--without-gossip", "--without-mingle", "-l", "ERROR"),
    )


def as_shipped(concurrency: int = 2) -> Contestant:
    """Return Celery with nothing but its defaults: prefetch 4, gossip, mingle, INFO lines."""
    return _celery("plain Celery, stock transport, as it ships", "-c", str(concurrency))


def _celery(name: str, *options: str) -> Contestant:
    return Contestant(
        name,
        ("-m", "celery", "-A", "bench.plain_celery", "worker", *options),
        "import sys; from bench import plain_celery, workload; "
        "job = getattr(plain_celery, sys.argv[1]); "
        "[job.delay(*workload.arguments(sys.argv[1], n)) for n in range(int(sys.argv[2]))]",
    )


def headcount(concurrency: int = 2, prefetch: int = 4) -> Contestant:
    """Return a worker with everything on."""
    return Contestant(
        f"Headcount, everything on, prefetch {prefetch}",
        ("-m", "service", "worker"),
        "import sys; from bench import headcount_jobs, workload; "
        "headcount_jobs.JOBS[sys.argv[1]].perform_bulk("
        "[workload.arguments(sys.argv[1], n) for n in range(int(sys.argv[2]))])",
        {
            "HEADCOUNT_WORKERS": "bench.headcount_jobs",
            "HEADCOUNT_CONCURRENCY": str(concurrency),
            "HEADCOUNT_PREFETCH": str(prefetch),
        },
    )
