"""Programs of Prometheus: a machine without one skips the tests that need it, CI fails them."""

import os
import shutil

import pytest


@pytest.fixture(scope="session")
def promtool():
    return program("promtool", "prometheus")


@pytest.fixture(scope="session")
def amtool():
    return program("amtool", "prometheus-alertmanager")


@pytest.fixture(scope="session")
def alertmanager():
    """The Alertmanager program; Debian puts its package's name before it."""
    found = shutil.which("alertmanager")
    return found or program("prometheus-alertmanager", "prometheus-alertmanager")


def program(name, package):
    found = shutil.which(name)
    if found is None:
        missing = pytest.fail if os.environ.get("CI") == "true" else pytest.skip
        missing(f"{name} is not installed (apt-get install {package})")
    return found
