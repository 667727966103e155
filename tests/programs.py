"""Programs that tests need and a machine may lack."""

import os
import shutil

import pytest


def installed(*names: str) -> str:
    """Return the path of the first that is installed; without any, skip the test, or fail in CI."""
    return _found(names, pytest.fail if os.environ.get("CI") == "true" else pytest.skip)


def if_there(*names: str) -> str:
    """The same for what CI cannot install: without any, skip the test there too."""
    return _found(names, pytest.skip)


def _found(names: tuple[str, ...], missing: object) -> str:
    found = next(filter(None, map(shutil.which, names)), None)
    if found is None:
        missing(f"{' or '.join(names)} is not installed")
    return found
