"""Programs that tests need and a machine may lack: skipped there, and a failure in CI."""

import os
from typing import NoReturn

import pytest

from drill.programs import find_program


def installed(*names: str) -> str:
    """Return the path of the first that is installed; without any, skip the test, or fail in CI."""
    return find_program(*names) or skip_but_fail_in_ci(f"{' or '.join(names)} is not installed")


def if_there(*names: str) -> str:
    """The same for what CI cannot install: without any, skip the test there too."""
    return find_program(*names) or pytest.skip(f"{' or '.join(names)} is not installed")


def skip_but_fail_in_ci(reason: str) -> NoReturn:
    """End a test for what this machine lacks; CI has everything."""
    if os.environ.get("CI") == "true":
        pytest.fail(reason)
    pytest.skip(reason)
