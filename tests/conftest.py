"""Fixtures: a real broker for whoever asks for one, real worker processes on it."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.broker_process import BrokerProcess
from tests.headcount_process import HeadcountProcess


@pytest.fixture(scope="session")
def shared_broker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[BrokerProcess]:
    with BrokerProcess(tmp_path_factory.mktemp("broker")) as broker:
        yield broker


@pytest.fixture
def broker(shared_broker: BrokerProcess) -> BrokerProcess:
    """An empty broker, shared between tests; a test that stops it takes ``own_broker``."""
    shared_broker.client.flushall()
    return shared_broker


@pytest.fixture
def own_broker(tmp_path: Path) -> Iterator[BrokerProcess]:
    """A broker of the test's own, which it may stop, freeze and start again."""
    with BrokerProcess(tmp_path / "broker") as broker:
        yield broker


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Callable[..., HeadcountProcess]]:
    """Start ``headcount`` processes: ``start("worker", broker.url, HEADCOUNT_CONCURRENCY=2)``."""
    started: list[HeadcountProcess] = []

    def begin(*arguments: str, broker_url: str, **variables: object) -> HeadcountProcess:
        log = tmp_path / f"{arguments[0]}-{len(started)}.log"
        process = HeadcountProcess(arguments, broker_url, log, variables)
        started.append(process)
        return process.wait_until_ready()

    yield begin
    for process in started:
        process.kill()


@pytest.fixture
def enqueues_here(broker: BrokerProcess, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Let this process enqueue on ``broker``, as a web application would."""
    from workers.process_app import process_app

    monkeypatch.setenv("CELERY_BROKER_URL", broker.url)
    process_app.cache_clear()
    yield
    process_app.cache_clear()
