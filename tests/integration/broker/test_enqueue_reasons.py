"""Whatever a broker has against a job, every way to enqueue says it, alike and in time."""

import json
import os
import socket
import subprocess
import sys

import pytest

from tests.broker_process import free_port
from tests.headcount_process import ROOT
from tests.waiting import wait_until

PROGRAM = "tests.integration.broker.enqueue_every_way"
PATIENCE_SECONDS = 10


def test_callers_are_told_that_a_broker_refuses_connections():
    check_that_all_are_told(f"redis://:5ECR3T@127.0.0.1:{free_port()}/0", "Connection refused")


def test_callers_are_told_that_a_host_has_no_address():
    check_that_all_are_told("redis://:5ECR3T@broker.invalid:6379/0", "broker.invalid")


def test_callers_are_told_that_a_host_takes_connections_and_says_nothing():
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen(50)
        check_that_all_are_told(f"redis://:5ECR3T@127.0.0.1:{silent.getsockname()[1]}/0", "Timeout")


def test_callers_are_told_that_a_broker_is_frozen(own_broker):
    own_broker.freeze()
    check_that_all_are_told(own_broker.url, "Timeout")


def test_callers_are_told_that_a_database_is_not_there(broker):
    check_that_all_are_told(f"redis://127.0.0.1:{broker.port}/99", "DB index is out of range")


@pytest.mark.parametrize(("given", "said"), [("", "uthenticat"), (":5ECR3T@", "password")])
def test_callers_are_told_that_a_password_is_missing_or_wrong(own_broker, given, said):
    own_broker.client.config_set("requirepass", "another")
    check_that_all_are_told(f"redis://{given}127.0.0.1:{own_broker.port}/0", said)


def test_callers_are_told_that_a_broker_is_a_replica(own_broker):
    own_broker.client.replicaof("127.0.0.1", free_port())
    check_that_all_are_told(own_broker.url, "read only replica")


def test_callers_are_told_that_a_broker_is_full_and_leave_nothing_there(own_broker):
    own_broker.client.config_set("maxmemory", 1)
    check_that_all_are_told(own_broker.url, "maxmemory")
    own_broker.client.config_set("maxmemory", 0)
    assert own_broker.pending() == 0
    assert own_broker.drifts() == {}


def test_callers_are_told_that_a_broker_is_still_loading(own_broker):
    with own_broker.client.pipeline(transaction=False) as commands:
        for n in range(60_000):
            commands.set(f"key-{n}", "x" * 100)
        commands.execute()
    own_broker.stop()
    own_broker.options |= {"key-load-delay": 300, "loading-process-events-interval-bytes": 1024}
    own_broker.start(wait=False)
    wait_until(lambda: accepts(own_broker.port), 10)
    check_that_all_are_told(own_broker.url, "loading the dataset")


def check_that_all_are_told(url, reason):
    """Enqueue in every way: each fails in time, for this reason, and shows no password."""
    done = subprocess.run(
        [sys.executable, "-m", PROGRAM], cwd=ROOT, timeout=120, text=True, capture_output=True,
        env={**os.environ, "CELERY_BROKER_URL": url, "CELERY_RESULT_BACKEND": ""}, check=False,
    )  # fmt: skip
    found = json.loads(done.stdout)
    assert {name: kind for name, (kind, _, _) in found.items()} == dict.fromkeys(
        found, "EnqueueError"
    )
    for _, said, seconds in found.values():
        assert "was not enqueued: redis://" in said
        assert reason in said
        assert "\n" not in said
        assert "5ECR3T" not in said
        assert seconds < PATIENCE_SECONDS


def accepts(port):
    try:
        socket.create_connection(("127.0.0.1", port), 1).close()
    except OSError:
        return False
    return True
