"""Supervisors that are ended with the test."""

import json
from pathlib import Path

import pytest

from service.serve.ports import choose_port
from tests.integration.serve.running_program import RunningProgram

HERE = Path(__file__).parent
FAST = {"first_delay_seconds": 0.05, "longest_delay_seconds": 0.2}


@pytest.fixture
def started():
    """Start a script and return it running; whatever is left is ended after the test."""
    programs = []

    def start(*argv, cwd, env=None):
        programs.append(RunningProgram(argv, cwd, env))
        return programs[-1]

    yield start
    for program in programs:
        program.end()


@pytest.fixture
def supervise(started, tmp_path):
    """Run programs (name -> what run_processes.process_of takes) under a supervisor."""

    def start(programs, **policy):
        arguments = (json.dumps(programs), json.dumps({**FAST, **policy}))
        return started(str(HERE / "run_processes.py"), str(tmp_path), *arguments, cwd=tmp_path)

    return start


@pytest.fixture
def stack_environ(tmp_path):
    """An environment whose stack meets no other: own ports, own state directory."""
    names = ("HTTP", "METRICS", "FLOWER", "PROMETHEUS")
    return {
        **{f"HEADCOUNT_{name}_PORT": str(choose_port("127.0.0.1")) for name in names},
        "HEADCOUNT_STATE_DIR": str(tmp_path / "state"),
        "CELERY_BROKER_URL": "",
        "CELERY_RESULT_BACKEND": "",
    }


@pytest.fixture
def serve(started, stack_environ):
    """Run the whole stack, with stubs for all that is not broker or Prometheus."""

    def start(**environ):
        env = {**stack_environ, **environ}
        return started(str(HERE / "run_stack_here.py"), cwd=HERE / "stub", env=env)

    return start
