"""What a no-op job costs in instructions, against what is recorded.

Counted, not timed: a busy machine makes it slower and no different.
"""

import pytest

from bench.instructions import ratios
from bench.recorded_instructions import regressions
from tests.programs import installed


@pytest.fixture
def valgrind():
    """Both of its programs; a machine without them skips, CI fails."""
    installed("valgrind")
    installed("vgdb")


@pytest.mark.usefixtures("valgrind")
def test_a_job_costs_no_more_instructions_than_recorded():
    assert regressions(ratios()) == []
