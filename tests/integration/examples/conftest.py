"""The example's web applications, and a worker with their jobs."""

import pytest

from tests.integration.examples.web_server import WebServer


@pytest.fixture
def run_web(tmp_path):
    """Run the web application on a broker (None: none is set)."""
    servers = []

    def run(broker_url):
        servers.append(WebServer(broker_url, tmp_path / "web.log"))
        return servers[-1].wait_until_ready()

    yield run
    for server in servers:
        server.stop()


@pytest.fixture
def run_worker(start, tmp_path):
    """Run a worker with the example's jobs; their files go to the test's own directory."""

    def run(broker_url):
        return start(
            "worker",
            broker_url=broker_url,
            HEADCOUNT_WORKERS="examples.web_app.jobs",
            TMPDIR=tmp_path,
        )

    return run
