"""The one line about each attempt."""

import json
import os

import pytest

from service.telemetry.canonical_line import CanonicalLine
from service.telemetry.correlation import correlation
from service.telemetry.events import ChildExit, ChildExited, Outcome
from tests.unit.telemetry.events_of_jobs import finished


def test_it_has_everything_there_is_to_say_about_a_success(open_log):
    log = open_log()
    CanonicalLine(log.writer)(finished(wait_seconds=0.0123456789, duration_seconds=1 / 3))
    line = log.only()
    assert line.pop("timestamp").endswith("Z")
    assert line == {
        "level": "info",
        "event": "job_finished",
        "logger": "headcount.jobs",
        "queue": "default",
        "task": "shop.Mail",
        "job_id": "job-1",
        "attempt": 1,
        "correlation_id": "job-1",
        "outcome": "succeeded",
        "wait_seconds": 0.012346,
        "duration_seconds": 0.333333,
    }


def test_it_names_the_error_and_the_arguments_that_may_be_logged(open_log):
    log = open_log()
    event = finished(
        outcome=Outcome.FAILED, error_type="OSError", error="disk\nfull", arguments={"id": 7}
    )
    CanonicalLine(log.writer)(event)
    line = log.only()
    assert (line["error_type"], line["error"]) == ("OSError", "disk\nfull")
    assert line["arguments"] == {"id": 7}


def test_what_is_not_known_is_left_out(open_log):
    log = open_log()
    CanonicalLine(log.writer)(finished(wait_seconds=None, duration_seconds=None))
    assert {"wait_seconds", "duration_seconds", "error", "arguments"}.isdisjoint(log.only())


@pytest.mark.parametrize("outcome", Outcome)
def test_its_level_tells_dead_jobs_from_those_that_run_again(open_log, outcome):
    log = open_log()
    CanonicalLine(log.writer)(finished(outcome=outcome))
    dead = {Outcome.FAILED, Outcome.TIMED_OUT, Outcome.LOST, Outcome.UNKNOWN}
    expected = {**dict.fromkeys(dead, "error"), Outcome.RETRIED: "warning"}
    assert log.only()["level"] == expected.get(outcome, "info")


def test_other_events_have_no_line(open_log):
    log = open_log()
    line = CanonicalLine(log.writer)
    line(ChildExited(ChildExit.KILLED))
    assert log.lines() == []


def test_the_level_of_the_log_holds_for_it(open_log):
    log = open_log(level="error")
    line = CanonicalLine(log.writer)
    line(finished())
    line(finished(outcome=Outcome.FAILED))
    assert log.only()["outcome"] == "failed"


def test_the_callers_own_context_stays_out(open_log):
    log = open_log()
    with correlation("another"):
        CanonicalLine(log.writer)(finished())
    assert log.only()["correlation_id"] == "job-1"


def test_values_that_json_lacks_do_not_cost_the_line(open_log):
    log = open_log()
    event = finished(arguments={"big": 2**70, "thing": object(), "bad": "\ud800", 3: {1, 2}})
    CanonicalLine(log.writer)(event)
    arguments = log.only()["arguments"]
    assert arguments["big"] == str(2**70)
    assert arguments["bad"] == "\\ud800"
    assert arguments["3"] == [1, 2]


def test_it_reads_well_on_a_console(open_log):
    log = open_log("console")
    CanonicalLine(log.writer)(finished(outcome=Outcome.FAILED, error_type="OSError"))
    text = log.text()
    assert text.count("\n") == 1
    assert "job_finished" in text
    assert "outcome=failed" in text
    assert "error_type=OSError" in text


def test_lines_of_several_processes_never_mix(open_log):
    log = open_log()
    reader, pipe = os.pipe()
    os.dup2(pipe, log.fd)
    os.close(pipe)
    children = []
    for child in range(4):
        pid = os.fork()
        if pid == 0:
            line = CanonicalLine(log.writer)
            for number in range(300):
                line(finished(job_id=f"{child}-{number}", error="x" * 2000, error_type="E"))
            os._exit(0)
        children.append(pid)
    os.close(log.fd)
    with os.fdopen(reader) as stream:
        lines = [json.loads(line) for line in stream]
    for pid in children:
        os.waitpid(pid, 0)
    assert len({line["job_id"] for line in lines}) == 4 * 300
