"""The HTTP listener of a worker's metrics, asked over HTTP."""

import os
import socket
from collections.abc import Iterator

import httpx
import pytest
from prometheus_client import CollectorRegistry, Gauge

from service.errors import ServeError
from service.telemetry.exposition import MetricsServer


@pytest.fixture
def server() -> Iterator[MetricsServer]:
    registry = CollectorRegistry()
    Gauge("headcount_worker_slots", "Slots.", registry=registry).set(8)
    server = MetricsServer("127.0.0.1", 0, registry)
    yield server
    server.close()


def ask(server: MetricsServer, path: str, **headers: str) -> httpx.Response:
    return httpx.get(f"http://127.0.0.1:{server.port}{path}", headers=headers, trust_env=False)


def test_metrics_come_as_text(server):
    answer = ask(server, "/metrics")
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/plain")
    assert "headcount_worker_slots 8.0" in answer.text


def test_metrics_come_as_openmetrics_when_asked_for(server):
    answer = ask(server, "/metrics", accept="application/openmetrics-text; version=1.0.0")
    assert answer.headers["content-type"].startswith("application/openmetrics-text")
    assert answer.text.endswith("# EOF\n")


@pytest.mark.parametrize("path", ["/", "/metric", "/metrics/x", "/favicon.ico"])
def test_other_paths_are_not_found(server, path):
    assert ask(server, path).status_code == 404


def test_scrapes_write_nothing_to_the_log(server, capfd):
    ask(server, "/metrics")
    assert capfd.readouterr() == ("", "")


def test_a_taken_port_is_named_together_with_its_setting(server):
    with pytest.raises(ServeError) as error:
        MetricsServer("127.0.0.1", server.port, CollectorRegistry())
    message = str(error.value)
    assert str(server.port) in message
    assert "HEADCOUNT_METRICS_PORT" in message
    assert "taken" in message
    assert "\n" not in message


def test_an_address_that_is_not_ours_is_explained():
    with pytest.raises(ServeError, match=r"192\.0\.2\.1 cannot be used"):
        MetricsServer("192.0.2.1", 9808, CollectorRegistry())


def test_the_port_is_free_again_after_closing():
    first = MetricsServer("127.0.0.1", 0, CollectorRegistry())
    first.close()
    MetricsServer("127.0.0.1", first.port, CollectorRegistry()).close()


def test_forked_children_do_not_hold_the_port():
    server = MetricsServer("127.0.0.1", 0, CollectorRegistry())
    wait_here, let_go = os.pipe()
    pid = os.fork()
    if pid == 0:
        os.read(wait_here, 1)
        os._exit(0)
    server.close()
    with socket.create_server(("127.0.0.1", server.port), reuse_port=False):
        pass
    os.write(let_go, b".")
    os.waitpid(pid, 0)
