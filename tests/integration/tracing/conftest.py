"""A collector, and this process enqueuing as a web application that is traced would."""

import pytest

from tests.otlp_collector import Collector
from workers.process_app import process_app


@pytest.fixture
def collector():
    with Collector() as collector:
        yield collector


@pytest.fixture
def traces_here(collector, broker, enqueue_on, monkeypatch):
    """Enqueue here, traced; processes started by the test inherit the variables."""
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", collector.endpoint)
    monkeypatch.setenv("OTEL_BSP_SCHEDULE_DELAY", "20")
    enqueue_on(broker)
    yield
    tracing = process_app().tracing
    if tracing is not None:
        tracing.close()


@pytest.fixture
def worker(traces_here, broker, start):
    modules = "tests.sample_jobs,tests.traced_jobs"
    return start("worker", broker_url=broker.url, HEADCOUNT_WORKERS=modules)
