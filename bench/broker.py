"""A broker of a benchmark's own."""

import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import redis

from bench.waiting import until
from service.serve.embedded import valkey_program
from service.serve.ports import choose_port


@dataclass(frozen=True, slots=True)
class Broker:
    """A running Valkey, its client and its process id."""

    port: int
    pid: int
    client: "redis.Redis"

    @property
    def url(self) -> str:
        """Return its URL."""
        return f"redis://127.0.0.1:{self.port}/0"

    def commands(self) -> int:
        """Return how many commands have run so far; those in scripts count too."""
        return int(self.client.info("stats")["total_commands_processed"])

    def round_trips(self) -> int:
        """Return how often it has read from its clients so far: commands sent at once are one."""
        return int(self.client.info("stats")["total_reads_processed"])

    def cpu_seconds(self) -> float:
        """Return the CPU it has used so far."""
        used = self.client.info("cpu")
        return float(used["used_cpu_user"] + used["used_cpu_sys"])


@contextmanager
def running_broker() -> Iterator[Broker]:
    """Run a Valkey without persistence on a free port of this machine."""
    with tempfile.TemporaryDirectory() as directory:
        port = choose_port("127.0.0.1")
        argv = [valkey_program(), "--port", str(port), "--bind", "127.0.0.1", "--save", ""]
        with subprocess.Popen([*argv, "--dir", directory], stdout=subprocess.DEVNULL) as process:
            try:
                client = redis.Redis(port=port)
                until(lambda: _answers(client), 10)
                yield Broker(port, process.pid, client)
            finally:
                process.terminate()


def _answers(client: "redis.Redis") -> bool:
    try:
        return bool(client.ping())
    except redis.RedisError:
        return False
