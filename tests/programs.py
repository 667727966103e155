"""Programs that tests need and a machine may lack."""

import os
import shutil

import pytest


def installed(*names: str) -> str:
    """Return the path of the first that is installed; without any, skip the test, or fail in CI."""
    found = next(filter(None, map(shutil.which, names)), None)
    if found is None:
        missing = pytest.fail if os.environ.get("CI") == "true" else pytest.skip
        missing(f"{' or '.join(names)} is not installed")
    return found
