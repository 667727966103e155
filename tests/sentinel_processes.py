"""A master, its replicas and their sentinels: real Valkeys, each on a port of its own."""

import subprocess
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import Self
from urllib.parse import quote

import redis

from service.serve.embedded import valkey_program
from tests.broker_process import BrokerProcess, free_port
from tests.waiting import wait_until

MASTER_NAME = "jobs"


class SentinelProcess:
    """One sentinel watching the master on ``master_port``."""

    def __init__(
        self,
        directory: Path,
        master_port: int,
        quorum: int,
        password: str,
        own_password: str,
        down_after_milliseconds: int,
    ) -> None:
        directory.mkdir(parents=True)
        self.port = free_port()
        self._process: subprocess.Popen[bytes] | None = None
        self._file = directory / "sentinel.conf"
        watched = f"sentinel monitor {MASTER_NAME} 127.0.0.1 {master_port} {quorum}"
        lines = [f"port {self.port}", "bind 127.0.0.1", f'dir "{directory}"', watched]
        lines += [
            f"sentinel {option} {MASTER_NAME} {value}"
            for option, value in (
                ("down-after-milliseconds", down_after_milliseconds),
                ("failover-timeout", 10_000),
                ("parallel-syncs", 1),
                *([("auth-pass", password)] if password else []),
            )
        ]
        if own_password:
            lines += [f"requirepass {own_password}", f"sentinel sentinel-pass {own_password}"]
        self._file.write_text("\n".join(lines) + "\n")
        self.client = redis.Redis(
            port=self.port, password=own_password or None, socket_timeout=5, decode_responses=True
        )

    def start(self) -> None:
        self._process = subprocess.Popen(
            [str(valkey_program()), str(self._file), "--sentinel"], stdout=subprocess.DEVNULL
        )

    def kill(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.wait(10)
            self._process = None

    def seen(self) -> dict[str, str]:
        """What it knows of the master; empty while it does not answer."""
        try:
            return dict(self.client.execute_command("SENTINEL", "MASTER", MASTER_NAME))
        except redis.RedisError:
            return {}

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.kill()


class SentinelProcesses:
    """``servers`` (the first one is the first master) and ``sentinels``, from ``with`` on.

    ``password`` is that of the servers, ``own_password`` that of the sentinels; ``options`` are of
    the servers' configuration file; sentinels call a server down that has been silent for
    ``down_after_milliseconds``.
    """

    def __init__(
        self,
        directory: Path,
        replicas: int = 1,
        sentinels: int = 3,
        password: str = "",
        own_password: str = "",
        options: Mapping[str, object] | None = None,
        down_after_milliseconds: int = 1000,
    ) -> None:
        self._password, self._running = password, ExitStack()
        options = {"repl-diskless-sync-delay": 0} | dict(options or {})
        self.servers = [
            BrokerProcess(directory / f"server-{n}", password, options) for n in range(1 + replicas)
        ]
        first, quorum = self.servers[0].port, sentinels // 2 + 1
        self.sentinels = [
            SentinelProcess(
                directory / f"sentinel-{n}",
                first,
                quorum,
                password,
                own_password,
                down_after_milliseconds,
            )
            for n in range(sentinels)
        ]

    @property
    def url(self) -> str:
        """The broker's URL, as a user of Headcount writes it."""
        return self.url_of(self.sentinels)

    def url_of(
        self, sentinels: Sequence[SentinelProcess], database: int = 0, user: str = ""
    ) -> str:
        """Return it for one of the servers' users, whose password is that of all."""
        credentials = f"{user}:{quote(self._password, safe='')}@" if self._password else ""
        return ";".join(
            f"sentinel://{credentials}127.0.0.1:{one.port}/{database}" for one in sentinels
        )

    @property
    def master(self) -> BrokerProcess:
        """The server that the sentinels call the master now."""
        ports = {one.seen().get("port") for one in self.sentinels} - {None}
        return next(one for one in self.servers if ports == {str(one.port)})

    def wait_until_replicated(self) -> None:
        """Wait until each replica has all that the master has."""
        replicas = len(self.servers) - 1
        self.master.client.set("replicated", "so far")
        wait_until(lambda: self.master.client.wait(replicas, 1000) == replicas, 20)

    def wait_until_another_leads(self, former: BrokerProcess) -> BrokerProcess:
        """Wait until every sentinel that answers names a master that is not ``former``."""

        def another() -> bool:
            ports = [seen.get("port") for one in self.sentinels if (seen := one.seen())]
            return bool(ports) and len(set(ports)) == 1 and ports[0] != str(former.port)

        wait_until(another, 40, "no failover")
        wait_until(lambda: self.master.client.role()[0] == b"master", 10)
        return self.master

    def __enter__(self) -> Self:
        try:
            self._start()
        except BaseException:
            self._running.close()
            raise
        return self

    def _start(self) -> None:
        master, *replicas = [self._running.enter_context(one) for one in self.servers]
        for replica in replicas:
            replica.client.replicaof("127.0.0.1", master.port)
        for sentinel in self.sentinels:
            self._running.enter_context(sentinel)
        for sentinel in self.sentinels:
            wait_until(lambda one=sentinel: self._knows_all(one.seen()), 30, "sentinels disagree")
        self.wait_until_replicated()

    def _knows_all(self, seen: dict[str, str]) -> bool:
        known = seen.get("num-slaves"), seen.get("num-other-sentinels")
        return known == (str(len(self.servers) - 1), str(len(self.sentinels) - 1))

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._running.close()
