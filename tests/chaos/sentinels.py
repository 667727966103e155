"""A master, its replica and three sentinels: real Valkeys that fail over within seconds."""

import signal
import subprocess
from pathlib import Path
from types import TracebackType
from typing import Self

import redis
from redis.sentinel import MasterNotFoundError, Sentinel

from service.serve.embedded import valkey_program
from tests.broker_process import BrokerProcess, free_port
from tests.waiting import wait_until

MASTER_NAME = "chaos"
DOWN_AFTER_MS = 1000

SENTINEL_CONFIG = """\
port {port}
bind 127.0.0.1
dir "{directory}"
sentinel monitor {name} 127.0.0.1 {master_port} 2
sentinel down-after-milliseconds {name} {down_after_ms}
sentinel failover-timeout {name} 6000
"""


class Sentinels:
    """``brokers``: the master first, then its replica. ``url``: what a process is configured with.

    Replication is asynchronous: what a dying master has not yet passed on is gone, and no
    engine on it could know. So a test stops enqueuing and waits for the replica to have
    everything (:meth:`wait_until_replicated`) before it kills a master.
    """

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self.brokers = [BrokerProcess(directory / f"broker-{n}") for n in range(2)]
        self.ports = [free_port() for _ in range(3)]
        self._processes = list[subprocess.Popen[bytes]]()
        self._sentinel = Sentinel(
            [("127.0.0.1", port) for port in self.ports], socket_timeout=1, decode_responses=True
        )
        self.url = ";".join(f"sentinel://127.0.0.1:{port}/0" for port in self.ports)

    def __enter__(self) -> Self:
        master, replica = self.brokers
        for broker in self.brokers:
            broker.start()
        replica.client.replicaof("127.0.0.1", master.port)
        wait_until(lambda: master.client.info("replication")["connected_slaves"] == 1, 20)
        for port in self.ports:
            self._start_sentinel(port)
        wait_until(lambda: self.master_port() == master.port and self._all_known(), 20)
        return self

    def _start_sentinel(self, port: int) -> None:
        config = self._directory / f"sentinel-{port}.conf"
        config.write_text(
            SENTINEL_CONFIG.format(
                port=port,
                directory=self._directory,
                name=MASTER_NAME,
                master_port=self.brokers[0].port,
                down_after_ms=DOWN_AFTER_MS,
            )
        )
        argv = [str(valkey_program()), str(config), "--sentinel"]
        self._processes.append(subprocess.Popen(argv, stdout=subprocess.DEVNULL))

    def _all_known(self) -> bool:
        """Return whether the sentinels know the replica and each other."""
        states = [one.sentinel_master(MASTER_NAME) for one in self._sentinel.sentinels]
        return all(s["num-other-sentinels"] == 2 and s["num-slaves"] == 1 for s in states)

    def master_port(self) -> int | None:
        """Return the port of whom the sentinels call master; None while they call nobody."""
        try:
            return int(self._sentinel.discover_master(MASTER_NAME)[1])
        except (MasterNotFoundError, redis.RedisError):
            return None

    def master(self) -> BrokerProcess:
        port = wait_until(self.master_port, 20)
        return next(broker for broker in self.brokers if broker.port == port)

    def wait_until_replicated(self, within_seconds: float) -> None:
        """Wait until the replica has confirmed all that the master has written by now."""
        assert self.master().client.wait(1, int(within_seconds * 1000)) == 1

    def wait_for_another_master(self, old: BrokerProcess) -> BrokerProcess:
        """Return the new master once the sentinels agree on it."""
        wait_until(lambda: self.master_port() not in (None, old.port), 30, "no failover")
        return self.master()

    def rejoin(self, broker: BrokerProcess) -> None:
        """Start a master that was killed; the sentinels make it a replica of the new one."""
        broker.start()
        wait_until(lambda: broker.client.info("replication")["role"] == "slave", 60)
        wait_until(lambda: broker.client.info("replication")["master_link_status"] == "up", 60)
        wait_until(self._all_known, 20)

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        for process in self._processes:
            process.send_signal(signal.SIGKILL)
            process.wait(10)
        for broker in self.brokers:
            broker.kill()
