"""One cluster for all tests that ask a real Prometheus: it takes half a minute to go through."""

import pytest

from tests.broker_process import BrokerProcess
from tests.dashboards.watched_cluster import watched_cluster
from tests.headcount_process import Processes
from tests.programs import installed
from workers.process_app import process_app


@pytest.fixture(scope="module")
def watched(tmp_path_factory):
    """What Prometheus saw of an idle cluster, and then of a loaded one."""
    installed("prometheus")
    directory = tmp_path_factory.mktemp("cluster")
    with (
        pytest.MonkeyPatch.context() as patch,
        BrokerProcess(directory / "broker") as broker,
        Processes(directory) as processes,
    ):
        patch.setenv("CELERY_BROKER_URL", broker.url)
        process_app.cache_clear()
        with watched_cluster(broker, processes, directory) as seen:
            yield seen
    process_app.cache_clear()
