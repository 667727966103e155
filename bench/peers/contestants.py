"""The peers: how each is started, how many of its jobs have not ended, what it does not promise.

All run two jobs at a time in two processes, save arq, which has one.
"""

import asyncio
import subprocess
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from bench.broker import Broker
from bench.contestants import ROOT, Contestant, plain
from bench.noop_jobs import JOBS
from bench.peers.environments import python_of
from bench.process_tree import kill
from bench.waiting import until
from service.serve.ports import choose_port
from service.serve.readiness import http_answers


@dataclass(frozen=True, slots=True)
class Peer:
    """A contestant, and what to know about it.

    ``monitor``: the command that watches it from a process of its own, if any, given a port.
    ``jobs``: how many it runs in one round.
    """

    contestant: Contestant
    note: str = ""
    jobs: int = JOBS
    monitor: Callable[[int], tuple[str, ...]] | None = None

    @contextmanager
    def monitored(self, broker: Broker) -> Iterator["subprocess.Popen[bytes] | None"]:
        """Run what watches it, ready to do so."""
        if self.monitor is None:
            yield None
            return
        port, who = choose_port("127.0.0.1"), self.contestant
        argv = [who.python, *self.monitor(port)]
        with subprocess.Popen(
            argv, env=who.environment(broker), cwd=ROOT,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        ) as watching:  # fmt: skip
            try:
                until(lambda: asyncio.run(http_answers("127.0.0.1", port, "/healthcheck")), 60)
                yield watching
            finally:
                watching.terminate()


@dataclass(frozen=True, slots=True)
class _Foreign(Contestant):
    """A contestant with queues of its own kind; ``unfinished``: how many jobs have not ended."""

    unfinished: Callable[[Any], int] = field(default=lambda _client: 0)

    @contextmanager
    def working(
        self, broker: Broker, under: tuple[str, ...] = ()
    ) -> Iterator["subprocess.Popen[bytes]"]:
        """Run its worker; it is killed at the end, for not every peer stops when it is told to."""
        with Contestant.working(self, broker, under) as worker:
            try:
                yield worker
            finally:
                if worker.poll() is None:
                    kill(worker.pid)

    def drained(self, broker: Broker) -> bool:
        """Return whether nothing waits and nothing runs."""
        return not self.unfinished(broker.client)


def watched_celery() -> Peer:
    """Return plain Celery with events on and Flower beside it."""
    who = plain()
    return Peer(
        Contestant("Celery with events, Flower beside", (*who.worker, "-E"), who.publish),
        note="loses jobs: they are acknowledged before they are begun; Flower's CPU comes on top",
        monitor=lambda port: (
            *("-m", "celery", "-A", "bench.plain_celery", "flower"),
            *("--address=127.0.0.1", f"--port={port}"),
        ),
    )


def dramatiq() -> Peer:
    """Return Dramatiq with its Prometheus middleware, two processes of one thread."""
    ports = {"dramatiq_prom_host": "127.0.0.1", "dramatiq_prom_port": str(choose_port("127.0.0.1"))}
    return Peer(
        _foreign(
            "dramatiq",
            "Dramatiq with Prometheus",
            ("-m", "dramatiq", "bench.peers.jobs.dramatiq_jobs", "-p", "2", "-t", "1"),
            lambda client: int(client.hlen("dramatiq:default.msgs")),
            ports,
        ),
        note="no log line a job; "
        "a silent worker's jobs are looked for at one command of a thousand",
    )


def taskiq() -> Peer:
    """Return taskiq on a Redis stream, two processes of one coroutine at a time."""
    return Peer(
        _foreign(
            "taskiq",
            "taskiq on a Redis stream",
            (
                *("-m", "taskiq", "worker", "bench.peers.jobs.taskiq_jobs:broker"),
                *("--workers", "2", "--max-async-tasks", "1", "--log-level", "WARNING"),
            ),
            _unfinished_in_stream,
        ),
        note="not monitored; a silent worker's jobs are looked for only when new ones come",
    )


def rq() -> Peer:
    """Return RQ, a pool of two workers."""
    return Peer(
        _foreign(
            "rq",
            "RQ",
            ("-m", "rq.cli", "worker-pool", "-n", "2", "-q", "-c", "bench.peers.jobs.rq_jobs"),
            lambda client: int(client.llen("rq:queue:default") + client.zcard("rq:wip:default")),
        ),
        note="not monitored; forks a process for each job; "
        "a killed worker's job ends as failed, unless it was enqueued with retries",
        jobs=600,  # the others' 3,000 would take it minutes
    )


def arq() -> Peer:
    """Return arq, one process."""
    return Peer(
        _foreign(
            "arq",
            "arq",
            ("-m", "arq", "bench.peers.jobs.arq_jobs.WorkerSettings"),
            lambda client: int(client.zcard("arq:queue")),
        ),
        note="not monitored; one process, up to ten coroutines; "
        "a silent worker's job runs again only after the job's time limit",
    )


def _foreign(
    peer: str,
    name: str,
    worker: tuple[str, ...],
    unfinished: Callable[[Any], int],
    environ: Mapping[str, str] | None = None,
) -> Contestant:
    publish = (
        f"import sys; from bench.peers.jobs import {peer}_jobs; "
        f"{peer}_jobs.enqueue(sys.argv[1], int(sys.argv[2]))"
    )
    python = python_of(peer)
    return _Foreign(name, worker, publish, environ or {}, python, unfinished)


def _unfinished_in_stream(client: Any) -> int:
    if not client.exists("taskiq"):
        return 1  # nobody has begun
    groups = client.xinfo_groups("taskiq")
    return sum(int(group["pending"]) + int(group["lag"] or 0) for group in groups)
