"""The sidecar as a process: its load on the broker, outages, signals, ports and raw requests."""

import asyncio
import re
import signal
import socket
import time

import httpx
import pytest

from service.errors import ServeError
from service.settings import load_settings
from service.sidecar.server import run_sidecar
from tests.unit.sidecar.snapshots import a_snapshot
from tests.waiting import wait_until

BUSY_SECONDS = 1.5
"""What a machine that runs other tests may add."""


async def ask_for(seconds, url, clients):
    """Let ``clients`` ask as fast as they can; return the status codes seen, and how many."""
    limits = httpx.Limits(max_connections=clients)
    deadline = time.monotonic() + seconds
    seen = []

    async def ask(session):
        while time.monotonic() < deadline:
            seen.append((await session.get(url, timeout=30)).status_code)

    async with httpx.AsyncClient(limits=limits) as session:
        await asyncio.gather(*(ask(session) for _ in range(clients)))
    return set(seen), len(seen)


def test_a_hundred_clients_cost_the_broker_one_read_a_second(sidecar):
    began, before = time.monotonic(), sidecar.reads()
    statuses, answers = asyncio.run(ask_for(3, f"{sidecar.url}/health", clients=100))
    seconds, reads = time.monotonic() - began, sidecar.reads() - before
    assert statuses == {200}
    assert answers > 100
    assert reads <= seconds + 1


@pytest.mark.parametrize("trouble", ["fail", "hang"])
def test_a_broker_that_goes_away_shows_within_three_seconds_and_its_return_too(sidecar, trouble):
    assert sidecar.status() == 200
    began = time.monotonic()
    (sidecar.directory / trouble).touch()
    wait_until(lambda: sidecar.status() == 503, timeout_seconds=10)
    assert time.monotonic() - began < 3 + BUSY_SECONDS
    assert sidecar.status("/queues") == 503
    assert sidecar.status("/health/live") == 200
    (sidecar.directory / trouble).unlink()
    wait_until(lambda: sidecar.status() == 200, timeout_seconds=3)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_stops_the_sidecar_cleanly_with_connections_open(sidecar, number):
    with httpx.Client() as session:
        session.get(f"{sidecar.url}/health")
        sidecar.process.send_signal(number)
        assert sidecar.process.wait(timeout=5) == 0
    assert "run_sidecar returned" in sidecar.log.read_text()
    assert "Traceback" not in sidecar.log.read_text()


def test_a_signal_stops_the_sidecar_while_a_read_hangs(sidecar):
    (sidecar.directory / "hang").touch()
    wait_until(lambda: sidecar.status() == 503, timeout_seconds=10)
    sidecar.process.terminate()
    assert sidecar.process.wait(timeout=5) == 0


def test_a_taken_port_is_one_line_that_names_the_setting():
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        settings = load_settings({"HEADCOUNT_HTTP_PORT": str(port)})
        with pytest.raises(ServeError, match=f"^HEADCOUNT_HTTP_PORT={port} is taken on 127.0.0.1"):
            run_sidecar(settings, a_snapshot)


@pytest.mark.parametrize("host", ["192.0.2.1", "no-such-host.invalid"])
def test_a_wrong_address_is_one_line_that_names_the_setting(host):
    settings = load_settings({"HEADCOUNT_HOST": host})
    with pytest.raises(ServeError, match=f"^HEADCOUNT_HOST='{re.escape(host)}'") as raised:
        run_sidecar(settings, a_snapshot)
    assert "\n" not in str(raised.value)


@pytest.mark.parametrize("path", ["/metrics", "/health", "/", "/openapi.json"])
def test_head_gets_the_headers_and_no_body(sidecar, path):
    with socket.create_connection(("127.0.0.1", sidecar.port)) as connection:
        request = f"HEAD {path} HTTP/1.1\r\nHost: sidecar\r\nConnection: close\r\n\r\n"
        connection.sendall(request.encode())
        answer = b"".join(iter(lambda: connection.recv(65536), b""))
    assert answer.startswith(b"HTTP/1.1 200 OK\r\n")
    assert int(re.search(rb"content-length: (\d+)", answer)[1]) > 50
    assert answer.endswith(b"\r\n\r\n")
    assert answer.count(b"\r\n\r\n") == 1


def test_answers_on_a_kept_connection_do_not_wait_for_delayed_acknowledgements(sidecar):
    with httpx.Client() as session:
        session.get(f"{sidecar.url}/health")
        took = sorted(session.get(f"{sidecar.url}/health").elapsed for _ in range(21))
    assert took[10].total_seconds() < 0.03


def test_uvicorn_logs_through_the_root_logger_and_not_every_request(sidecar):
    sidecar.status("/queues")
    sidecar.process.terminate()
    sidecar.process.wait(timeout=5)
    lines = sidecar.log.read_text().splitlines()
    assert any(line.startswith("root says: Started server process") for line in lines)
    assert not [line for line in lines if "/queues" in line or not line.startswith("root says: ")]


def test_bytes_that_are_no_request_do_not_disturb_it(sidecar):
    for bytes_sent in (
        b"\x00\xff\r\n\r\n",
        b"GET / HTTP/9.9\r\n\r\n",
        b"GET text/plain HTTP/1.1\r\n",
    ):
        with socket.create_connection(("127.0.0.1", sidecar.port)) as connection:
            connection.sendall(bytes_sent)
    assert sidecar.status() == 200
    assert "Traceback" not in sidecar.log.read_text()
