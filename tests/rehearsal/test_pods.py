"""A worker pod as the manifests have it, on a real broker: what the rehearsal rests on."""

import subprocess
import time
from pathlib import Path

import pytest

from drill.processes import environment
from service.serve.ports import choose_port
from tests.chaos import jobs
from tests.chaos.record import END, read_runs
from tests.chaos.silences import Silences
from tests.programs import installed
from tests.rehearsal.manifests import pod_spec, settings
from tests.rehearsal.pods import PORTS, Place, Pod, Release, rights
from tests.waiting import wait_until

ADDRESS, GRACE_SECONDS = "127.0.251.1", 2


@pytest.fixture
def restarts():
    """Which containers were restarted, and why."""
    return []


@pytest.fixture
def pod(own_broker, enqueue_on, tmp_path, restarts):
    """A pod whose jobs get two seconds to end when it is drained."""
    named = [installed("unshare"), *rights(), "--uts", "true"]
    if subprocess.run(named, check=False).returncode:
        pytest.skip("needs a host name of its own")
    enqueue_on(own_broker)
    spec = pod_spec("worker")
    ports = {port: choose_port("0.0.0.0") for port in PORTS}
    environ = environment(**settings()) | {
        "CELERY_BROKER_URL": own_broker.url,
        "HEADCOUNT_SHUTDOWN_GRACE_SECONDS": str(GRACE_SECONDS),
        "HEADCOUNT_CONCURRENCY": "2",
        "NOTES": str(tmp_path / "record"),
    }
    pod = Pod(
        spec,
        Place("worker-1", ADDRESS, ports, tmp_path),
        Release("this", Path(__file__).parents[2], "tests.chaos.jobs"),
        {"jobs": environ, "sidecar": environ},
        Silences(),
        restarts.append,
        GRACE_SECONDS + spec.grace_seconds - int(settings()["HEADCOUNT_SHUTDOWN_GRACE_SECONDS"]),
    )
    yield pod
    pod.lose()


def test_it_gets_ready_and_is_drained_without_losing_a_job(pod, own_broker, tmp_path, restarts):
    wait_until(lambda: pod.ready, 30)
    jobs.Nap.perform_async("in-time", 1)
    jobs.Nap.perform_async("too-long", 60)
    wait_until(lambda: len(read_runs(tmp_path / "record")) == 2, 10)
    begun = time.monotonic()
    pod.stop()
    assert time.monotonic() - begun < GRACE_SECONDS + 5, "it was killed"
    runs = read_runs(tmp_path / "record")
    assert [run.how for run in runs["in-time"]] == [END]
    assert own_broker.queue("default").ready == 1, "the long one waits for another worker"
    assert own_broker.drifts() == {}
    assert restarts == []
