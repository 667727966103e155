"""Processes of a running stack die or freeze, and it comes back by itself."""

import os
import signal
import time
from contextlib import contextmanager

import pytest

from tests.waiting import wait_until

NOTE = "tests.sample_jobs.Note"
DOWN_SECONDS = 3 + 1.5  # what is promised, and a busy machine's margin
ENQUEUE_SECONDS = 10


@pytest.fixture(scope="module")
def stack(run_stack, tmp_path_factory):
    return run_stack(tmp_path_factory.mktemp("deaths"), HEADCOUNT_LEASE_SECONDS="3").wait_until_up()


@contextmanager
def frozen(pid):
    """Freeze a process for the length of a block."""
    os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(pid, signal.SIGCONT)


@pytest.fixture
def frozen_broker(stack):
    """Freeze the broker for one test."""
    with frozen(stack.pid("broker")):
        yield
    wait_until(lambda: stack.health()["status"] == "ok", 20)


def kill(stack, name):
    """Kill a process; return once another has its place."""
    pid = stack.pid(name)
    os.kill(pid, signal.SIGKILL)
    wait_until(lambda: stack.pid(name) != pid, 10)


def works(stack):
    """Return whether all is ok and a job runs at once."""
    wait_until(lambda: stack.health()["status"] == "ok", 20, str(stack.health()))
    job_id = stack.enqueue(NOTE)
    return stack.wait_for_end(job_id) == "succeeded" and stack.ends(job_id)[0]["wait_seconds"] < 3


def test_a_killed_worker_is_started_again_and_its_jobs_come_back(stack):
    jobs = [stack.enqueue("Nap", "[2]") for _ in range(2)]
    wait_until(lambda: stack.queue("default")["leased"] == 2, 20)
    kill(stack, "worker")
    assert [stack.wait_for_end(job_id, 30) for job_id in jobs] == ["succeeded"] * 2
    assert works(stack)


def test_a_killed_broker_is_started_again_with_its_jobs(stack):
    job_id = stack.enqueue(NOTE, "--in", "4")
    kill(stack, "broker")
    assert stack.wait_for_end(job_id, 30) == "succeeded"
    assert works(stack)


def test_a_frozen_broker_is_reported_with_the_reason(stack, frozen_broker):
    frozen_at = time.monotonic()
    wait_until(lambda: stack.health()["status"] == "down", DOWN_SECONDS)
    assert time.monotonic() - frozen_at < DOWN_SECONDS
    assert stack.get("/health")[0] == 503
    assert "Timeout" in stack.health()["checks"]["broker"]["detail"]
    assert stack.get("/health/live")[0] == 200
    assert stack.get("/queues")[0] == 503
    metrics = stack.get("/metrics")[1]
    assert "headcount_broker_up 0.0" in metrics
    assert "headcount_queue_depth{" not in metrics


def test_enqueuing_on_a_frozen_broker_fails_soon_with_one_line(stack, frozen_broker):
    asked_at = time.monotonic()
    done = stack.command("enqueue", NOTE)
    assert time.monotonic() - asked_at < ENQUEUE_SECONDS
    assert (done.returncode, done.stdout) == (1, "")
    (line,) = done.stderr.splitlines()
    assert line.startswith(f"{NOTE} was not enqueued: ")


def test_after_a_long_freeze_everything_works_again(stack):
    assert works(stack)
    seen = len(stack.program.lines)
    with frozen(stack.pid("broker")):
        wait_until(lambda: [one for one in stack.program.lines[seen:] if "broker lost" in one], 20)
    assert works(stack)
    assert works(stack)
