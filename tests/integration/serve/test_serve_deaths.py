"""The supervisor with little programs: deaths, restarts, giving up, and odd lines."""

import os
import signal

import psutil

from tests.integration.serve.little_programs import (
    HAS_A_CHILD,
    STOPS_WHEN_TOLD,
    WAITS,
    pid_of,
    wait_for_runs,
)
from tests.integration.serve.running_program import wait_until_gone
from tests.waiting import wait_until


def test_a_process_that_is_killed_is_started_again_and_the_signal_is_named(supervise, tmp_path):
    run = supervise({"one": {"code": WAITS}, "two": {"code": WAITS}})
    wait_for_runs(run, "one", "two")
    first, other = pid_of(tmp_path, "one"), pid_of(tmp_path, "two")
    os.kill(first, signal.SIGKILL)
    run.wait_for("one died (SIGKILL); starting it again in 0.05 s")
    wait_until(lambda: len([line for line in run.lines if "one | runs" in line]) == 2, 10)
    assert pid_of(tmp_path, "one") != first
    assert pid_of(tmp_path, "two") == other


def test_a_process_that_keeps_dying_is_given_up_and_stops_the_stack(supervise):
    run = supervise(
        {"good": {"code": STOPS_WHEN_TOLD}, "bad": {"code": "raise SystemExit(3)"}},
        quick_deaths_allowed=4,
    )
    assert run.exit_status() == 1
    delays = [line.split(" in ")[1] for line in run.lines if "starting it again" in line]
    assert delays == ["0.05 s", "0.1 s", "0.2 s"]
    assert "stopped: bad died (exit status 3), 4 times in a row" in run.lines[-1]
    assert [line for line in run.lines if "good stopped (exit status 0" in line]


def test_a_process_that_had_settled_is_started_again_without_end(supervise, tmp_path):
    run = supervise({"one": {"code": WAITS}}, settled_seconds=0, quick_deaths_allowed=2)
    for count in range(1, 4):
        wait_until(lambda n=count: len([x for x in run.lines if "one | runs" in x]) == n, 10)
        os.kill(pid_of(tmp_path, "one"), signal.SIGTERM)
    wait_until(lambda: len([line for line in run.lines if "one | runs" in line]) == 4, 10)
    assert len([line for line in run.lines if "in 0.05 s" in line]) == 3


def test_what_a_dead_process_left_behind_is_gone_before_it_is_started_again(supervise, tmp_path):
    run = supervise({"parent": {"code": HAS_A_CHILD}}, first_delay_seconds=600)
    wait_for_runs(run, "parent")
    below = run.descendants()
    assert len(below) == 2
    os.kill(pid_of(tmp_path, "parent"), signal.SIGKILL)
    run.wait_for("parent died (SIGKILL)")
    wait_until_gone(below)


def test_ctrl_c_ends_the_wait_before_a_restart(supervise):
    run = supervise({"bad": {"code": "raise SystemExit(3)"}}, longest_delay_seconds=600)
    run.wait_for("starting it again")
    run.signal(signal.SIGINT)
    assert run.exit_status(timeout_seconds=5) == 0


def test_a_process_that_is_never_ready_stops_the_stack_with_the_reason(supervise, tmp_path):
    never = str(tmp_path / "never")
    run = supervise(
        {
            "broker": {"code": STOPS_WHEN_TOLD, "ready_file": never, "ready_seconds": 0.3},
            "worker": {"code": STOPS_WHEN_TOLD, "needs": ["broker"]},
        }
    )
    assert run.exit_status() == 1
    assert "broker was not ready within 0.3 s" in run.lines[-1]


def test_a_program_that_is_missing_stops_the_stack_with_the_reason(supervise):
    run = supervise(
        {"good": {"code": STOPS_WHEN_TOLD}, "gone": {"code": "", "argv": ["/no/such/program"]}}
    )
    assert run.exit_status() == 1
    assert "gone cannot be started" in run.lines[-1]
    assert "/no/such/program" in run.lines[-1]


def test_long_lines_bad_bytes_and_a_last_line_without_end_all_arrive(supervise):
    code = "import os; os.write(1, b'x' * 200_000 + b'\\n\\xff\\xfe\\n' + b'last'); os._exit(1)"
    run = supervise({"wild": {"code": code}}, first_delay_seconds=600, longest_delay_seconds=600)
    run.wait_for("wild died")
    written = [line.removeprefix(" wild | ") for line in run.lines if line.startswith(" wild | ")]
    assert sum(line.count("x") for line in written) == 200_000
    assert written[-2:] == ["��", "last"]
    assert run.position("last") < run.position("wild died")


def test_a_stranger_that_holds_the_pipe_does_not_hold_up_the_end(supervise, tmp_path):
    file = tmp_path / "daemon"
    daemon = (
        "import signal, os, sys; open(sys.argv[1], 'w').write(str(os.getpid())); signal.pause()"
    )
    code = f"""
import subprocess, sys
subprocess.Popen([sys.executable, "-c", {daemon!r}, {str(file)!r}], start_new_session=True)
{STOPS_WHEN_TOLD}
"""
    run = supervise({"one": {"code": code}})
    wait_until(lambda: file.exists() and file.read_text(), 10)
    wait_for_runs(run, "one")
    run.descendants()  # for the clean-up
    run.signal(signal.SIGINT)
    assert run.exit_status(timeout_seconds=10) == 0
    psutil.Process(int(file.read_text())).kill()


def test_a_stack_whose_lines_nobody_reads_any_more_stops(supervise):
    chatty = "import time\nwhile True: print('runs', flush=True); time.sleep(0.01)"
    run = supervise({"one": {"code": chatty}})
    run.wait_for("all are ready")
    wait_for_runs(run, "one")
    below = run.descendants()
    run.close_output()
    assert run.exit_status() == 1
    wait_until_gone(below)
