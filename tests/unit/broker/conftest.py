import pytest

from tests.unit.broker.jobs_in_broker import Jobs


@pytest.fixture
def jobs(broker):
    return Jobs(broker.client)
