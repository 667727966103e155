"""One cluster for all tests that ask a real Prometheus: it takes half a minute to go through."""

import pytest

from tests.broker_process import BrokerProcess
from tests.dashboards.watched_cluster import watched_cluster
from tests.enqueuing import enqueuing_on
from tests.headcount_process import Processes
from tests.programs import installed


@pytest.fixture(scope="module")
def watched(tmp_path_factory):
    """What Prometheus saw of an idle cluster, and then of a loaded one."""
    installed("prometheus")
    directory = tmp_path_factory.mktemp("cluster")
    with (
        BrokerProcess(directory / "broker") as broker,
        enqueuing_on(broker.url),
        Processes(directory) as processes,
        watched_cluster(broker, processes, directory) as seen,
    ):
        yield seen
