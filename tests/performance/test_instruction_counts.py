"""What a no-op job costs in instructions, against what is recorded.

Counted, not timed: a busy machine makes it slower and no different.
"""

import os
import shutil

import pytest

from bench.instructions import ratios
from bench.recorded_instructions import regressions


@pytest.fixture
def valgrind():
    """Both of its programs; a machine without them skips, CI fails."""
    if shutil.which("valgrind") is None or shutil.which("vgdb") is None:
        missing = pytest.fail if os.environ.get("CI") == "true" else pytest.skip
        missing("valgrind is not installed (apt-get install valgrind)")


@pytest.mark.usefixtures("valgrind")
def test_a_job_costs_no_more_instructions_than_recorded():
    assert regressions(ratios()) == []
