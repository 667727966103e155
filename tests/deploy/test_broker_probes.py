"""What the probes say of a real Valkey in states where a restart would do harm, or good."""

import subprocess
from contextlib import contextmanager

import pytest
import redis

from service.serve.embedded import valkey_program
from tests.broker_process import BrokerProcess
from tests.deploy.manifests import containers, overlay
from tests.programs import installed
from tests.waiting import wait_until

[VALKEY] = [one for label, one in containers(overlay("preview")) if label.endswith("/valkey")]
ALIVE, READY = (VALKEY[f"{kind}Probe"]["exec"]["command"] for kind in ("liveness", "readiness"))

SMALL_DISK = ["sh", "-c", "trap '' XFSZ; ulimit -f 100; exec \"$@\"", "sh"]
"""Writes to a file fail beyond 100 blocks, as on a disk that is full."""


class Probed:
    """A broker, and what its pod's probes say of it."""

    def __init__(self, directory):
        self.broker = BrokerProcess(directory / "data")
        self._programs = directory / "programs"
        self._programs.mkdir()
        client = self._programs / "valkey-cli"
        port = self.broker.port
        client.write_text(
            f'#!/bin/sh\nexec {installed("valkey-cli", "redis-cli")} -p {port} "$@"\n'
        )
        client.chmod(0o755)

    def states(self):
        return self._passes(ALIVE), self._passes(READY)

    def is_alive(self):
        return self._passes(ALIVE)

    def _passes(self, command):
        """Run a probe as the kubelet does, with less patience."""
        try:
            done = subprocess.run(
                command, env={"PATH": f"{self._programs}:/usr/bin:/bin"},
                capture_output=True, check=False, timeout=1,
            )  # fmt: skip
        except subprocess.TimeoutExpired:
            return False
        return done.returncode == 0


@pytest.fixture
def probed(tmp_path):
    made = Probed(tmp_path)
    with made.broker:
        yield made


@contextmanager
def on_a_small_disk(directory, port):
    argv = [valkey_program(), "--port", str(port), "--dir", directory, "--appendonly", "yes"]
    process = subprocess.Popen([*SMALL_DISK, *argv, "--save", ""], stdout=subprocess.DEVNULL)
    try:
        yield
    finally:
        process.kill()
        process.wait()


def test_a_broker_that_is_up_is_alive_and_ready(probed):
    assert probed.states() == (True, True)


def test_one_that_is_frozen_or_gone_is_neither(probed):
    probed.broker.freeze()
    assert probed.states() == (False, False)
    probed.broker.stop()
    assert probed.states() == (False, False)


def test_one_that_loads_its_file_is_alive_and_not_ready(probed):
    with probed.broker.client.pipeline(transaction=False) as pipeline:
        for number in range(30_000):
            pipeline.set(f"k{number}", "x")
        pipeline.execute()
    probed.broker.stop()
    probed.broker.options["key-load-delay"] = 300  # microseconds for each
    probed.broker.start(wait=False)
    wait_until(probed.is_alive, 10)
    assert probed.states() == (True, False)
    probed.broker.kill()


def test_one_whose_disk_is_full_is_alive_and_ready(tmp_path):
    """A restart would lose what it could not write; and sidecars have to read what is wrong."""
    probed = Probed(tmp_path)
    with on_a_small_disk(tmp_path, probed.broker.port):
        wait_until(probed.is_alive, 10)
        client = redis.Redis(port=probed.broker.port, socket_timeout=5)
        with pytest.raises(redis.ResponseError, match="No space left"):
            wait_until(lambda: client.lpush("x", "y" * 10_000) < 0, 10)
        assert probed.states() == (True, True)
