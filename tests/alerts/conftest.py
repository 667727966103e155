"""Programs of Prometheus: a machine without one skips the tests that need it, CI fails them."""

import pytest

from tests.programs import installed


@pytest.fixture(scope="session")
def promtool():
    return installed("promtool")


@pytest.fixture(scope="session")
def amtool():
    return installed("amtool")


@pytest.fixture(scope="session")
def alertmanager():
    """The Alertmanager program; Debian puts its package's name before it."""
    return installed("alertmanager", "prometheus-alertmanager")
