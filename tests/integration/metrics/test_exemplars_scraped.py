"""A real Prometheus scrapes a real worker, and knows which job stands for a bucket."""

import json
import subprocess
import time
import urllib.parse
import urllib.request

import pytest

from service.serve.prometheus_config import prometheus_argv
from service.settings import load_settings
from service.telemetry.correlation import correlation
from tests import sample_jobs as jobs
from tests.broker_process import free_port
from tests.integration.metrics.scrape import OPENMETRICS, scrape
from tests.programs import installed
from tests.waiting import wait_until
from workers.process_app import process_app

TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"
TRACEPARENT = f"00-{TRACE}-00f067aa0ba902b7-01"
DURATION = "headcount_job_duration_seconds_bucket"
WAIT = "headcount_job_wait_seconds_bucket"

CONFIG = """\
global: {{scrape_interval: 500ms, scrape_timeout: 400ms}}
scrape_configs:
  - job_name: worker
    static_configs: [{{targets: ["127.0.0.1:{port}"]}}]
"""

pytestmark = pytest.mark.usefixtures("enqueues_here")


class Prometheus:
    """The one of `headcount serve`, but that it scrapes one worker, and twice a second."""

    def __init__(self, program, directory, worker_port):
        (directory / "prometheus.yml").write_text(CONFIG.format(port=worker_port))
        self.port, self.log = free_port(), directory / "prometheus.log"
        settings = load_settings({"HEADCOUNT_PROMETHEUS_PORT": str(self.port)})
        with self.log.open("wb") as log:
            self._process = subprocess.Popen(
                prometheus_argv(program, settings, directory), stdout=log, stderr=subprocess.STDOUT
            )

    def exemplars(self, query):
        """(labels of the series, exemplar) of each it has of the last minute."""
        asked = {"query": query, "start": time.time() - 60, "end": time.time() + 1}
        url = f"http://127.0.0.1:{self.port}/api/v1/query_exemplars?"
        try:
            with urllib.request.urlopen(url + urllib.parse.urlencode(asked), timeout=5) as answer:
                found = json.load(answer)["data"]
        except OSError:
            return []
        return [(one["seriesLabels"], each) for one in found for each in one["exemplars"]]

    def kill(self):
        self._process.kill()
        self._process.wait(10)


@pytest.fixture
def worker(broker, start):
    return start("worker", broker_url=broker.url)


@pytest.fixture
def prometheus(tmp_path, worker):
    prometheus = Prometheus(installed("prometheus"), tmp_path, worker.metrics_port)
    yield prometheus
    prometheus.kill()


@pytest.mark.needs_prometheus
def test_prometheus_finds_the_slow_job_by_its_bucket(prometheus, broker):
    asked_at = time.time()
    with correlation("order-7"):
        jobs.Nap.perform_async(0.6)
    traced = process_app().tasks[jobs.LowNap.name]
    traced.apply_async((0.3,), headers={"traceparent": TRACEPARENT})

    def named(query):
        return {
            (series["queue"], series["le"], *exemplar["labels"].items())
            for series, exemplar in prometheus.exemplars(query)
        }

    wanted = {
        ("default", "1.0", ("correlation_id", "order-7")),
        ("low", "0.5", ("trace_id", TRACE)),
    }
    wait_until(lambda: named(DURATION) >= wanted, 20, f"its log: {prometheus.log}")
    for series, exemplar in prometheus.exemplars(DURATION):
        assert series["outcome"] == "succeeded"
        assert float(exemplar["value"]) <= float(series["le"])
        assert asked_at < exemplar["timestamp"] < time.time()
    assert ("correlation_id", "order-7") in {found[2] for found in named(WAIT)}
    assert "xemplars" not in prometheus.log.read_text(), "it complains of exemplars"


def test_only_openmetrics_has_them(worker, broker):
    with correlation("order-8"):
        jobs.Nap.perform_async(0.1)
    wait_until(lambda: not broker.pending(), 10)
    [one] = [
        sample
        for sample in scrape(worker.metrics_port, OPENMETRICS).samples(DURATION, queue="default")
        if sample.exemplar
    ]
    assert one.labels["le"] == "0.25"
    assert one.exemplar.labels == {"correlation_id": "order-8"}
    assert "order-8" not in scrape(worker.metrics_port).text
