"""Brokers and processes for a whole module, where one run serves many tests."""

import pytest

from tests.broker_process import BrokerProcess
from tests.enqueuing import enqueuing_on
from tests.headcount_process import Processes


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
    with enqueuing_on(module_broker.url):
        yield
