"""Containers are treated as a kubelet treats them."""

import os
import signal
import sys

import pytest

from tests.chaos.silences import Silences
from tests.rehearsal.containers import Container, Image
from tests.rehearsal.manifests import ContainerSpec, Probe
from tests.waiting import wait_until

OFTEN = {"period_seconds": 0.2, "timeout_seconds": 1, "failure_threshold": 2}
STARTUP, LIVE, READY = (Probe(path, 8000, **OFTEN) for path in ("/up", "/live", "/ready"))
SLEEPS = "import time; time.sleep(60)"
DEAF = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); " + SLEEPS


@pytest.fixture
def good():
    """The paths whose probes succeed."""
    return {"/up", "/live", "/ready"}


@pytest.fixture
def restarts():
    """Why containers were restarted."""
    return []


@pytest.fixture
def run(tmp_path, good, restarts):
    started = []

    def run(script, *probes):
        spec = ContainerSpec("one", [script], "jobs", *probes or (STARTUP, LIVE, READY))
        image = Image([sys.executable, "-c"], tmp_path)
        ask = lambda probe, _pid: probe.path in good  # noqa: E731
        one = Container(
            spec, image, os.environ, tmp_path / "log", ask, Silences(), restarts.append, 1
        )
        started.append(one)
        return one

    yield run
    for one in started:
        one.kill()


def test_it_is_ready_once_it_is_up_and_says_so(run, good):
    good.clear()
    one = run(SLEEPS)
    good |= {"/up"}
    wait_until(lambda: one.started, 5)
    assert not one.ready
    good |= {"/live", "/ready"}
    wait_until(lambda: one.ready, 5)


def test_it_is_no_longer_ready_when_it_says_so_twice(run, good, restarts):
    one = run(SLEEPS)
    wait_until(lambda: one.ready, 5)
    good.remove("/ready")
    wait_until(lambda: not one.ready, 5)
    assert restarts == []


def test_one_that_ends_is_started_again(run, restarts):
    one = run(SLEEPS)
    first = one.pid
    os.kill(first, signal.SIGKILL)
    wait_until(lambda: one.pid != first and one.ready, 5)
    assert restarts == ["one ended with -9"]


def test_one_that_hangs_is_ended_and_started_again(run, good, restarts):
    one = run(DEAF)
    wait_until(lambda: one.ready, 5)
    first = one.pid
    good.remove("/live")
    wait_until(lambda: restarts, 10)
    good.add("/live")
    wait_until(lambda: one.ready, 5)
    assert restarts[0] == "one liveness failed"
    assert one.pid != first


def test_one_that_does_not_come_up_is_started_again(run, good, restarts):
    good.clear()
    run(SLEEPS)
    wait_until(lambda: restarts, 5)
    assert restarts == ["one did not start in time"]


def test_one_that_hears_nothing_is_killed_when_its_grace_is_over(run, restarts):
    one = run(DEAF)
    wait_until(lambda: one.ready, 5)
    one.stop(0.5)
    assert restarts == []
    with pytest.raises(ProcessLookupError):
        os.kill(one.pid, 0)
