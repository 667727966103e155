"""A real sidecar process on a free port."""

import subprocess
import sys

import httpx
import pytest

from tests.broker_process import free_port
from tests.waiting import wait_until


class RunningSidecar:
    """One sidecar process; ``directory`` is where its made-up broker is told to misbehave."""

    def __init__(self, port, directory):
        self.port, self.directory, self.url = port, directory, f"http://127.0.0.1:{port}"
        self.log = directory / "log"
        program = "tests.integration.sidecar.sidecar_program"
        with self.log.open("w") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", program, str(port), directory],
                stdout=log, stderr=subprocess.STDOUT,
            )  # fmt: skip

    def reads(self):
        return len((self.directory / "reads").read_bytes())

    def status(self, path="/health"):
        """Return the status code, or None while nothing answers."""
        try:
            return httpx.get(self.url + path, timeout=2).status_code
        except httpx.TransportError:
            return None


@pytest.fixture
def sidecar(tmp_path):
    running = RunningSidecar(free_port(), tmp_path)
    try:
        wait_until(running.status, timeout_seconds=20, message="the sidecar did not start")
        yield running
    finally:
        running.process.kill()
        running.process.wait()
