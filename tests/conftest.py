"""Fixtures: a real broker for whoever asks for one, real ``headcount`` processes on it."""

import os
import secrets
import signal
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from tests.broker_process import BrokerProcess
from tests.headcount_process import HeadcountProcess, Processes
from tests.jobs_in_broker import Jobs
from tests.notes import Notes


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("chaos", "the chaos suite, tests/chaos")
    group.addoption("--chaos", choices=("short", "long"), default="short", help="which form")


def pytest_configure() -> None:
    # Whoever runs the tests may ignore these, as shells do for what they run in the background, and
    # all that tests start would.
    for number in (signal.SIGINT, signal.SIGHUP):
        if signal.getsignal(number) == signal.SIG_IGN:
            signal.signal(number, signal.default_int_handler)
    # However slow one example is: other tests may be using the machine.
    settings.register_profile("headcount", deadline=None)
    settings.load_profile("headcount")
    # In the environment, so that the processes that tests are spread over agree on it.
    os.environ.setdefault("CHAOS_SEED", str(secrets.randbelow(1_000_000)))


def pytest_report_header(config: pytest.Config) -> str:
    return f"chaos: {config.option.chaos} form, CHAOS_SEED={os.environ['CHAOS_SEED']}"


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
def jobs(broker: BrokerProcess) -> Jobs:
    """Jobs put into the empty broker, taken and ended there, without a worker."""
    return Jobs(broker.client)


@pytest.fixture
def own_broker(tmp_path: Path) -> Iterator[BrokerProcess]:
    """A broker of the test's own, which it may stop, freeze and start again."""
    with BrokerProcess(tmp_path / "broker") as broker:
        yield broker


@pytest.fixture
def processes(tmp_path: Path) -> Iterator[Processes]:
    with Processes(tmp_path) as processes:
        yield processes


@pytest.fixture
def start(processes: Processes) -> Callable[..., HeadcountProcess]:
    """Start ``headcount`` processes: ``start("worker", broker_url=..., HEADCOUNT_PREFETCH=2)``."""
    return processes.start


@pytest.fixture
def notes(processes: Processes) -> Notes:
    """What the jobs of this test's processes wrote down."""
    return processes.notes


@pytest.fixture
def enqueue_on(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[BrokerProcess], None]]:
    """Let this process enqueue on a broker, as a web application would."""
    from workers.process_app import process_app

    def use(broker: BrokerProcess) -> None:
        monkeypatch.setenv("CELERY_BROKER_URL", broker.url)
        process_app.cache_clear()

    yield use
    process_app.cache_clear()


@pytest.fixture
def enqueues_here(
    shared_broker: BrokerProcess, enqueue_on: Callable[[BrokerProcess], None]
) -> None:
    """Let this process enqueue on the shared broker."""
    enqueue_on(shared_broker)
