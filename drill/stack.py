"""The drill's stack: broker, two workers, Beat, sidecar, Prometheus and Alertmanager."""

import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import httpx
import redis

from alerts.pace import Pace
from drill import monitoring
from drill.processes import Member, environment
from service.serve.embedded import valkey_program
from service.serve.ports import choose_port

HOST = "127.0.0.1"
LEASE_SECONDS = "6"
START_SECONDS = 30


class Stack:
    """Every process by name, the broker's client, and where alerts are told."""

    def __init__(self, directory: Path, pace: Pace) -> None:
        self.directory, self.pace = directory, pace
        names = ("broker", "a", "b", "sidecar", "prometheus", "alertmanager")
        self.ports = {name: choose_port(HOST) for name in names}
        self.url = f"redis://{HOST}:{self.ports['broker']}/0"
        self.client = redis.Redis(port=self.ports["broker"], socket_timeout=2)
        broker = (str(valkey_program()), *self._broker_options())
        self.broker = Member(broker, environment(), directory / "broker.log")
        self.workers = [self._headcount("worker", port=name) for name in ("a", "b")]
        self.beat = self._headcount("beat")
        self.sidecar = self._headcount("sidecar")
        scraped = {
            "headcount-worker": monitoring.addresses(self.ports["a"], self.ports["b"]),
            "headcount-sidecar": monitoring.addresses(self.ports["sidecar"]),
        }
        listening = self.ports["prometheus"], self.ports["alertmanager"]
        self.prometheus = monitoring.prometheus(directory, pace, *listening, scraped)
        self.alertmanager = monitoring.alertmanager(directory, self.ports["alertmanager"])

    @property
    def members(self) -> list[Member]:
        """Every process, in the order of its start."""
        ours = [*self.workers, self.beat, self.sidecar]
        return [self.broker, self.alertmanager, *ours, self.prometheus]

    def run(self, *arguments: str) -> None:
        """Run a ``headcount`` command, as a person would."""
        argv = (sys.executable, "-m", "service", *arguments)
        subprocess.run(argv, env=self.environment(), check=True, capture_output=True)

    def purge(self, queue: str) -> None:
        """Discard what waits in a queue or on its schedule; what runs goes on."""
        argv = (sys.executable, "-m", "celery", "-A", "workers", "purge", "-f", "-Q", queue)
        subprocess.run(argv, env=self.environment(), check=True, capture_output=True)

    def environment(self) -> dict[str, str]:
        """Return the environment of Headcount's processes, and of who enqueues."""
        return environment(
            CELERY_BROKER_URL=self.url,
            CELERY_RESULT_BACKEND=self.url,
            HEADCOUNT_WORKERS="drill.jobs",
            HEADCOUNT_CONCURRENCY="2",
            HEADCOUNT_LEASE_SECONDS=LEASE_SECONDS,
            HEADCOUNT_HTTP_PORT=str(self.ports["sidecar"]),
            HEADCOUNT_METRICS_PORT="0",
            PYTHONPATH=str(Path(__file__).parents[1]),
        )

    def _headcount(self, name: str, port: str = "") -> Member:
        ports = {"HEADCOUNT_METRICS_PORT": str(self.ports[port])} if port else {}
        argv = (sys.executable, "-m", "service", name)
        return Member(argv, self.environment() | ports, self.directory / f"{name}{port}.log")

    def _broker_options(self) -> tuple[str, ...]:
        return (
            *("--port", str(self.ports["broker"]), "--bind", HOST, "--dir", str(self.directory)),
            *("--appendonly", "yes", "--save", "", "--maxmemory", "256mb"),
        )


@contextmanager
def running(directory: Path, pace: Pace) -> Iterator[Stack]:
    """Run a stack, from when everything answers to when everything has ended."""
    stack = Stack(directory, pace)
    with ExitStack() as ends:
        for member in stack.members:
            member.start()
            ends.callback(member.stop)
        for name, path in {
            "a": "/metrics",
            "b": "/metrics",
            "sidecar": "/health/ready",
            "prometheus": "/-/ready",
            "alertmanager": "/-/ready",
        }.items():
            _wait_until_answers(stack.ports[name], path)
        yield stack


def _wait_until_answers(port: int, path: str) -> None:
    until = time.monotonic() + START_SECONDS
    while not _answers(f"http://{HOST}:{port}{path}"):
        if time.monotonic() > until:
            raise TimeoutError(f"nothing answers at {HOST}:{port}{path}")
        time.sleep(0.2)


def _answers(url: str) -> bool:
    try:
        return httpx.get(url, trust_env=False).is_success
    except httpx.HTTPError:
        return False
