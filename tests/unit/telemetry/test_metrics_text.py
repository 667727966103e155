"""A worker's text, against what prometheus_client writes of the same registry."""

import gzip

import httpx
import pytest
from prometheus_client import CollectorRegistry, Counter, Info
from prometheus_client.exposition import choose_encoder
from prometheus_client.openmetrics import parser as openmetrics
from prometheus_client.parser import text_string_to_metric_families

from service.telemetry.catalogue import Metric
from service.telemetry.events import Outcome
from service.telemetry.exposition import MetricsServer
from service.telemetry.metrics_text import metrics_text
from service.telemetry.samples import Numbers
from tests.unit.telemetry.events_of_jobs import Worker, finished, started

FORMATS = (
    "",
    "text/plain; version=1.0.0; escaping=allow-utf-8",
    "application/openmetrics-text; version=1.0.0; escaping=underscores",
    "application/openmetrics-text; version=1.0.0; escaping=dots",
    "application/openmetrics-text",
)
HOSTILE = ('a"b', "back\\slash", "line\nfeed", "100 %s", "{}", "späße 🎉", "", 'x="1",y', "a\\n")


@pytest.fixture
def worker() -> Worker:
    worker = Worker(tasks=[("low", task) for task in HOSTILE])
    jobs_own = Counter("shop_mails", "Mails\nby kind.", ["kind"], registry=worker.registry)
    jobs_own.labels(HOSTILE[0]).inc()
    Info("shop_build", "What runs.", registry=worker.registry).info({"commit": "line\nfeed"})
    for number, task in enumerate(HOSTILE):
        worker.hold(started(task=task, job_id=task, wait_seconds=number / 7))
        worker.metrics(finished(task=task, job_id=task, duration_seconds=number * 1.7))
        worker.metrics(finished(outcome=Outcome.FAILED, error_type=task, number=number))
    return worker


@pytest.mark.parametrize("accepted", FORMATS)
def test_it_is_what_prometheus_client_writes(worker, accepted):
    encode, content_type = choose_encoder(accepted)
    assert metrics_text(worker.registry, accepted) == (encode(worker.registry), content_type)


@pytest.mark.parametrize(
    "value", [0.0, 1e-9, 0.1 + 0.2, 999_999.5, 1e6, 123_456_789.0, 2.0**53, 1e21, -4.5e-7]
)
def test_values_read_the_same_however_they_are_written(value):
    assert value_shown(value) == value


@pytest.mark.parametrize("value", [float("inf"), float("-inf"), float("nan")])
def test_values_that_are_no_numbers_are_shown_as_what_they_are(value):
    assert repr(value_shown(value)) == repr(value)


def value_shown(value):
    numbers = Numbers(Metric("shop_total", "counter", "Shops."))
    numbers.child().value = value
    registry = CollectorRegistry()
    registry.register(numbers_collector(numbers))
    text = metrics_text(registry, "")[0].decode()
    return next(iter(text_string_to_metric_families(text))).samples[0].value


def numbers_collector(numbers):
    class Collector:
        def collect(self):
            return [numbers.family()]

    return Collector()


def test_openmetrics_can_be_read_back(worker):
    text = metrics_text(worker.registry, "application/openmetrics-text")[0].decode()
    families = {family.name: family for family in openmetrics.text_string_to_metric_families(text)}
    shown = {sample.labels["task"] for sample in families["headcount_jobs_running"].samples}
    assert shown >= set(HOSTILE)


def test_a_scrape_is_compressed_for_who_can_read_it_and_shows_single_names(worker):
    server = MetricsServer("127.0.0.1", 0, worker.registry)
    url = f"http://127.0.0.1:{server.port}/metrics"
    try:
        with httpx.Client(trust_env=False) as client:
            plain = client.get(url, headers={"accept-encoding": "identity"})
            small = client.build_request("GET", url, headers={"accept-encoding": "gzip"})
            packed = b"".join(client.send(small, stream=True).iter_raw())
            one = client.get(url, params={"name[]": "headcount_worker_slots"})
            refused = client.post(url)
    finally:
        server.close()
    assert len(packed) * 4 < len(plain.content)
    assert gzip.decompress(packed) == plain.content
    assert [line for line in one.text.splitlines() if line[0] != "#"] == [
        "headcount_worker_slots 8.0"
    ]
    assert refused.status_code == 405
