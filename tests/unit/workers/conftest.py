"""A registry for each test that declares worker classes."""

import pytest

from workers import Worker
from workers.registry import Registry


@pytest.fixture
def registry(monkeypatch):
    """A registry of this test's own, so that its classes are gone with it."""
    registry = Registry()
    monkeypatch.setattr(Worker, "registry", registry)
    return registry
