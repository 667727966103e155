"""A worker's whole ``/metrics``: the names, types, helps and labels that others hold on to."""

import pytest
from prometheus_client.parser import text_string_to_metric_families

from service.telemetry.catalogue import WORKER_METRICS
from tests.promtool import check_metrics
from tests.unit.telemetry.golden_worker_metrics import GOLDEN, worker_text

SUFFIXES = {"histogram": ("_bucket", "_count", "_sum"), "summary": ("_count", "_sum")}


def test_the_metrics_are_those_in_the_golden_file():
    assert worker_text() == GOLDEN.read_text(encoding="utf-8")


def test_the_golden_file_has_every_metric_of_the_catalogue_and_no_other():
    families = text_string_to_metric_families(GOLDEN.read_text(encoding="utf-8"))
    found = {sample.name for family in families for sample in family.samples}
    assert found == {
        metric.name + suffix
        for metric in WORKER_METRICS.values()
        for suffix in SUFFIXES.get(metric.kind, ("",))
    }


def test_no_two_series_are_the_same():
    lines = [line.rsplit(" ", 1)[0] for line in worker_text().splitlines() if line[0] != "#"]
    assert len(lines) == len(set(lines))


@pytest.mark.needs_prometheus
def test_promtool_finds_nothing_wrong_with_a_worker():
    assert check_metrics(worker_text()) == ""
