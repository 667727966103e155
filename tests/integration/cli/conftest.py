"""The command line as people run it, on a real broker."""

import subprocess
import sys
from functools import partial
from pathlib import Path

import pytest

from drill.processes import environment

ROOT = Path(__file__).parents[3]


@pytest.fixture
def headcount(broker, headcount_of):
    """Run ``headcount ARGUMENTS`` to its end, with these variables set besides the broker's."""
    return headcount_of(broker)


@pytest.fixture(scope="session")
def headcount_of(tmp_path_factory):
    """Return what runs ``headcount`` commands on a broker."""
    return lambda broker: partial(_run, broker, tmp_path_factory.mktemp("state"))


def _run(broker, state_dir, *arguments, **variables):
    environ = environment(
        CELERY_BROKER_URL=broker.url,
        HEADCOUNT_WORKERS="tests.sample_jobs",
        HEADCOUNT_STATE_DIR=str(state_dir / "state"),
        COLUMNS="200",
        NO_COLOR="1",
    )
    return subprocess.run(
        [sys.executable, "-m", "service", *arguments],
        env={**environ, **variables},
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


@pytest.fixture
def said(headcount):
    """Run a command that succeeds, and return what it printed."""

    def run(*arguments, **variables):
        done = headcount(*arguments, **variables)
        assert (done.returncode, done.stderr) == (0, "")
        return done.stdout

    return run
