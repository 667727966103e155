"""A real Valkey on a port of its own, with an append-only file, for tests."""

import signal
import socket
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Self
from urllib.parse import quote

import redis

from service.broker import keys
from service.broker.dead_set import DeadJob, DeadSet
from service.broker.snapshot import LedgerCounts, QueueState
from service.broker.snapshot_reader import SnapshotReader
from service.queues import QUEUE_NAMES
from service.serve.embedded import valkey_program
from tests.waiting import wait_until


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


class BrokerProcess:
    """Started with the first ``start``; its data survive ``kill`` and ``stop``.

    ``password`` is the default user's; ``options`` are of its configuration file.
    """

    def __init__(
        self, directory: Path, password: str = "", options: Mapping[str, object] | None = None
    ) -> None:
        directory.mkdir(parents=True, exist_ok=True)
        self._directory, self.port, self.options = directory, free_port(), dict(options or {})
        if password:
            self.options |= {"requirepass": password, "primaryauth": password}
        self._process: subprocess.Popen[bytes] | None = None
        credentials = f":{quote(password, safe='')}@" if password else ""
        self.url = f"redis://{credentials}127.0.0.1:{self.port}/0"
        self.client = redis.Redis(port=self.port, password=password or None, socket_timeout=5)

    def start(self, wait: bool = True) -> None:
        options = {"port": self.port, "bind": "127.0.0.1", "dir": self._directory, "save": ""}
        options |= {"appendonly": "yes", "appendfsync": "everysec", "enable-debug-command": "local"}
        options |= self.options
        argv = [str(valkey_program())]
        for name, value in options.items():
            argv += [f"--{name}", str(value)]
        self._process = subprocess.Popen(argv, stdout=subprocess.DEVNULL)
        if wait:
            wait_until(self._answers, 10, "the broker does not answer")

    def stop(self) -> None:
        """Stop it as an operator would."""
        self._signal(signal.SIGTERM)

    def kill(self) -> None:
        self._signal(signal.SIGKILL)

    def freeze(self) -> None:
        assert self._process is not None
        self._process.send_signal(signal.SIGSTOP)

    def thaw(self) -> None:
        assert self._process is not None
        self._process.send_signal(signal.SIGCONT)

    # -- what it holds

    def queues(self) -> dict[str, QueueState]:
        """Queue name -> its state, by one consistent look."""
        snapshot = SnapshotReader(self.client, self.url)()
        return dict(zip(QUEUE_NAMES, snapshot.queues, strict=True))

    def queue(self, name: str) -> QueueState:
        return self.queues()[name]

    def ledger(self, queue: str) -> LedgerCounts:
        return self.queue(queue).ledger

    def pending(self) -> int:
        """How many jobs wait, are scheduled, or are held by workers."""
        states = self.queues().values()
        return sum(state.ready + state.scheduled + state.leased for state in states)

    def drifts(self) -> dict[str, int]:
        """Queue name -> jobs its ledger cannot place; without those where all add up."""
        return {name: state.drift for name, state in self.queues().items() if state.drift}

    def dead_jobs(self) -> list[DeadJob]:
        return DeadSet(self.client).newest(10_000)

    def push(self, queue: str, item: str | bytes) -> None:
        """Put something into a queue by hand, and wake whoever waits for work."""
        self.client.lpush(queue, item)
        self.client.lpush(keys.wake(queue), 1)

    def _signal(self, number: int) -> None:
        if self._process is not None:
            self._process.send_signal(signal.SIGCONT)
            self._process.send_signal(number)
            self._process.wait(20)
            self._process = None

    def _answers(self) -> bool:
        try:
            return bool(self.client.ping())
        except redis.RedisError:
            return False

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.kill()
