"""One worker per module for jobs that do not disturb each other."""

import pytest

from tests.headcount_process import Processes
from tests.integration.jobs.account import Account


@pytest.fixture(scope="module")
def module_processes(shared_broker, tmp_path_factory):
    shared_broker.client.flushall()
    with Processes(tmp_path_factory.mktemp("module")) as processes:
        yield processes


@pytest.fixture(scope="module")
def module_worker(shared_broker, module_processes):
    return module_processes.start("worker", broker_url=shared_broker.url)


@pytest.fixture
def account(shared_broker, module_worker, enqueues_here):
    """The account of the module's worker, as of the beginning of the test."""
    return Account(shared_broker, module_worker)


@pytest.fixture
def module_notes(module_processes):
    return module_processes.notes
