"""Brokers and processes for a whole module, where one run serves many tests."""

import pytest

from tests.broker_process import BrokerProcess
from tests.headcount_process import Processes
from tests.programs import installed
from workers.process_app import process_app


@pytest.fixture(scope="module")
def module_broker(tmp_path_factory):
    with BrokerProcess(tmp_path_factory.mktemp("broker")) as broker:
        yield broker


@pytest.fixture(scope="module")
def module_processes(tmp_path_factory):
    with Processes(tmp_path_factory.mktemp("processes")) as processes:
        yield processes


@pytest.fixture(scope="module")
def enqueues_on_module_broker(module_broker):
    """Let this process enqueue on the module's broker."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CELERY_BROKER_URL", module_broker.url)
        process_app.cache_clear()
        yield
    process_app.cache_clear()


@pytest.fixture
def program():
    """Return a program's path; without it the test is skipped, or fails in CI."""
    return installed
