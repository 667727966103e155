"""The sidecar's application over a fake broker and clock; no thread reads behind a test's back."""

import pytest

from service.errors import BrokerError
from service.settings import load_settings
from service.sidecar.app import create_app
from service.sidecar.snapshot_cache import SnapshotCache
from tests.unit.sidecar.app_client import AppClient
from tests.unit.sidecar.fake_broker import FakeBroker, FakeClock
from tests.unit.sidecar.snapshots import HOST


@pytest.fixture
def broker():
    return FakeBroker()


@pytest.fixture
def clock():
    return FakeClock()


@pytest.fixture
def snapshots(broker, clock):
    """Give a cache that has read once and reads again on ``refresh()`` only."""
    cache = SnapshotCache(broker.read, clock=clock)
    cache.refresh()
    return cache


@pytest.fixture
def show(broker, snapshots):
    """Let the broker be as in a snapshot, and be read."""

    def show(snapshot):
        broker.snapshot = snapshot
        snapshots.refresh()

    return show


@pytest.fixture
def outage(broker, snapshots):
    """Let the broker be away from now on, and a read of it fail."""

    def outage():
        broker.failure = BrokerError("redis://broker refuses connections")
        snapshots.refresh()

    return outage


@pytest.fixture
def client(snapshots):
    return AppClient(create_app(snapshots, load_settings({}), HOST))
