"""Whole stacks, each in a directory of its own, ended with the module that started them."""

import pytest

from tests.integration.stack.running_stack import RunningStack


@pytest.fixture(scope="module")
def run_stack():
    """Start ``headcount serve`` in a directory: ``run_stack(tmp_path, HEADCOUNT_...="...")``."""
    stacks = []

    def run(directory, **variables):
        stacks.append(RunningStack(directory, **variables))
        return stacks[-1]

    yield run
    for stack in stacks:
        stack.program.end()
