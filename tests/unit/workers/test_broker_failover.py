"""A connection that has failed: kombu would go on with its own transport, given another URL."""

import os

import pytest

from service.broker.transport import SentinelTransport, Transport
from service.settings import load_settings
from workers.celery_app import make_celery


@pytest.mark.parametrize(
    ("url", "transport"),
    [
        ("sentinel://:pw@one:26379/2;sentinel://:pw@two:26379/2", SentinelTransport),
        ("redis://:pw@one:6379/2", Transport),
    ],
)
def test_the_leased_transport_stays_after_a_failed_connection(url, transport, monkeypatch):
    monkeypatch.setenv("CELERY_BROKER_URL", url)
    app = make_celery(lambda: load_settings(os.environ))
    for connection in (app.connection_for_write(), app.connection_for_read()):
        for _ in range(3):
            connection.maybe_switch_next()
            assert connection.get_transport_cls() is transport
            assert (connection.hostname, connection.virtual_host) == ("one", "2")
            assert connection.password == "pw"
