"""The supervisor with little programs: start, stop, signals."""

import signal
import sys

import pytest

from tests.integration.serve.little_programs import (
    HAS_A_CHILD,
    IGNORES_SIGTERM,
    STOPS_WHEN_TOLD,
    WAITS,
    pid_of,
    wait_for_runs,
)
from tests.integration.serve.running_program import is_alive, wait_until_gone


def test_a_process_starts_only_once_what_it_needs_is_ready(supervise, tmp_path):
    ready_file = tmp_path / "ready"
    run = supervise(
        {
            "broker": {"code": WAITS, "ready_file": str(ready_file)},
            "worker": {"code": WAITS, "needs": ["broker"]},
            "other": {"code": WAITS},
        }
    )
    wait_for_runs(run, "broker", "other")
    assert not (tmp_path / "pids" / "worker.pid").exists()
    ready_file.touch()
    run.wait_for("all are ready")
    wait_for_runs(run, "worker")
    assert run.position("broker is ready") < run.position("worker | runs")


def test_processes_stop_before_those_they_need_and_those_that_outlive_them(supervise):
    run = supervise(
        {
            "broker": {"code": STOPS_WHEN_TOLD},
            "worker": {"code": STOPS_WHEN_TOLD, "needs": ["broker"]},
            "sidecar": {"code": STOPS_WHEN_TOLD, "needs": ["broker"], "outlives": ["worker"]},
        }
    )
    wait_for_runs(run, "broker", "worker", "sidecar")
    run.signal(signal.SIGTERM)
    assert run.exit_status() == 0
    stopped = [line.split("|")[1].split()[0] for line in run.lines if "stopped (" in line]
    assert stopped == ["worker", "sidecar", "broker"]


def test_ctrl_c_stops_everything_and_leaves_no_process_and_no_pid_file(supervise, tmp_path):
    run = supervise({name: {"code": STOPS_WHEN_TOLD} for name in ("one", "two", "three")})
    wait_for_runs(run, "one", "two", "three")
    below = run.descendants()
    assert {pid_of(tmp_path, name) for name in ("one", "two", "three")} == {p.pid for p in below}
    run.signal_group(signal.SIGINT)
    assert run.exit_status() == 0
    assert not any(map(is_alive, below))
    assert not list((tmp_path / "pids").iterdir())


def test_a_terminals_ctrl_c_does_not_reach_the_processes_themselves(supervise):
    code = "import signal; signal.signal(2, lambda *_: print('hit'));" + STOPS_WHEN_TOLD
    run = supervise({"one": {"code": code}})
    wait_for_runs(run, "one")
    run.signal_group(signal.SIGINT)
    assert run.exit_status() == 0
    assert not [line for line in run.lines if "hit" in line]


def test_a_closed_terminal_stops_everything(supervise):
    run = supervise({"one": {"code": STOPS_WHEN_TOLD}})
    wait_for_runs(run, "one")
    below = run.descendants()
    run.signal(signal.SIGHUP)
    assert run.exit_status() == 0
    assert not any(map(is_alive, below))


def test_ctrl_c_during_the_start_stops_what_had_started(supervise, tmp_path):
    run = supervise(
        {
            "broker": {"code": STOPS_WHEN_TOLD, "ready_file": str(tmp_path / "never")},
            "worker": {"code": STOPS_WHEN_TOLD, "needs": ["broker"]},
        }
    )
    wait_for_runs(run, "broker")
    below = run.descendants()
    run.signal(signal.SIGINT)
    assert run.exit_status() == 0
    wait_until_gone(below)


def test_a_process_that_ignores_sigterm_is_killed_after_its_grace(supervise):
    run = supervise({"deaf": {"code": IGNORES_SIGTERM, "grace_seconds": 0.3}})
    wait_for_runs(run, "deaf")
    below = run.descendants()
    run.signal(signal.SIGINT)
    assert run.exit_status() == 0
    run.wait_for("deaf did not stop within 0.3 s")
    assert not any(map(is_alive, below))


def test_a_second_ctrl_c_kills_everything_at_once(supervise):
    run = supervise(
        {
            "broker": {"code": STOPS_WHEN_TOLD},
            "deaf": {"code": IGNORES_SIGTERM, "grace_seconds": 600, "needs": ["broker"]},
            "parent": {"code": HAS_A_CHILD, "grace_seconds": 600, "needs": ["broker"]},
        }
    )
    wait_for_runs(run, "broker", "deaf", "parent")
    below = run.descendants()
    assert len(below) == 4
    run.signal(signal.SIGINT)
    run.wait_for("stopping")
    run.signal(signal.SIGINT)
    assert run.exit_status(timeout_seconds=5) == 130
    assert not any(map(is_alive, below))


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux ties a child to its parent")
def test_kill_9_of_the_supervisor_leaves_nothing(supervise):
    run = supervise({"one": {"code": WAITS}, "deaf": {"code": IGNORES_SIGTERM}})
    wait_for_runs(run, "one", "deaf")
    below = run.descendants()
    run.signal(signal.SIGKILL)
    wait_until_gone(below)


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux ties a child to its parent")
def test_an_orphan_that_has_to_save_is_asked_to_stop_instead_of_killed(supervise, tmp_path):
    saved = tmp_path / "saved"
    code = f"""
import pathlib, signal, sys
signal.signal(signal.SIGTERM, lambda *_: (pathlib.Path({str(saved)!r}).touch(), sys.exit()))
print("runs")
signal.pause()
"""
    run = supervise({"broker": {"code": code, "orphan_signal": "SIGTERM"}})
    wait_for_runs(run, "broker")
    below = run.descendants()
    run.signal(signal.SIGKILL)
    wait_until_gone(below)
    assert saved.exists()
