"""The sidecar's ``/metrics`` as a whole: every family, and which are left out when."""

import pytest
from prometheus_client.openmetrics import parser as openmetrics_parser
from prometheus_client.parser import text_string_to_metric_families

from service.broker.snapshot import CONFIG_CHECKS
from service.errors import BrokerError
from service.queues import QUEUE_NAMES
from service.sidecar.collector import collect_samples
from service.telemetry.catalogue import SIDECAR_METRICS
from tests.promtool import check_metrics
from tests.unit.sidecar.golden_metrics import GOLDEN, SNAPSHOT, metrics_text
from tests.unit.sidecar.snapshots import NOW, a_cron_entry, a_reading, a_snapshot

WITHOUT_BROKER = {
    "headcount_broker_up",
    "headcount_health_ok",
    "headcount_slo_objective_ratio",
    "headcount_slo_threshold_seconds",
}


def series(text):
    """Return (sample name, its labels) -> value."""
    return {
        (sample.name, *sorted(sample.labels.values())): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def names(text):
    return {name for name, *_ in series(text)}


def test_the_metrics_are_those_in_the_golden_file():
    assert metrics_text() == GOLDEN.read_text(encoding="utf-8")


def test_every_metric_of_the_catalogue_is_served_and_no_other():
    assert names(metrics_text()) == set(SIDECAR_METRICS)


def test_no_two_series_are_the_same():
    lines = [line.rsplit(" ", 1)[0] for line in metrics_text().splitlines() if line[0] != "#"]
    assert len(lines) == len(set(lines))


def test_label_names_are_those_of_the_catalogue():
    for family in text_string_to_metric_families(metrics_text()):
        for sample in family.samples:
            assert set(sample.labels) == set(SIDECAR_METRICS[sample.name].labels)


@pytest.mark.needs_prometheus
def test_promtool_finds_nothing_wrong_with_a_sidecar():
    assert check_metrics(metrics_text()) == ""


def test_depths_are_zero_where_a_queue_is_empty(client):
    found = series(client.get("/metrics").text)
    for queue in QUEUE_NAMES:
        for state in ("ready", "scheduled", "leased", "dead"):
            assert found["headcount_queue_depth", *sorted((queue, state))] == 0


@pytest.mark.parametrize("how", ["failed", "hung"])
def test_an_outage_leaves_out_what_only_the_broker_knows(client, broker, snapshots, clock, how):
    if how == "failed":
        broker.failure = BrokerError("gone")
        snapshots.refresh()
    clock.advance(3)
    found = series(client.get("/metrics").text)
    assert {name for name, *_ in found} == WITHOUT_BROKER | {"headcount_snapshot_timestamp_seconds"}
    assert found["headcount_broker_up",] == 0
    assert found["headcount_snapshot_timestamp_seconds",] == NOW
    assert [found["headcount_health_ok", check] for check in ("broker", "ledger")] == [0, 0]


def test_before_the_first_good_read_there_is_no_snapshot_time():
    samples = collect_samples(a_reading(None))
    assert {name for name, values in samples.items() if values} == WITHOUT_BROKER


def test_times_that_never_happened_are_left_out(client, show):
    show(a_snapshot(beat_last_tick=None, cron=()))
    found = names(client.get("/metrics").text)
    assert not {name for name in found if "beat" in name or "cron" in name}


def test_a_queue_whose_canary_never_came_back_has_no_canary_figures(client, show):
    entry = a_cron_entry("jobs.Canary", queue="critical", round_trip_seconds=0.034)
    ordinary = a_cron_entry("jobs.Report", queue="default")
    show(a_snapshot(cron=(entry, ordinary)))
    found = series(client.get("/metrics").text)
    assert {key: value for key, value in found.items() if "canary" in key[0]} == {
        ("headcount_canary_round_trip_seconds", "critical"): 0.034,
        ("headcount_canary_last_success_timestamp_seconds", "critical"): NOW - 29,
    }


def test_each_config_check_is_one_or_zero():
    found = series(metrics_text())
    values = {check: found["headcount_broker_config_ok", check] for check in CONFIG_CHECKS}
    assert values == {"eviction_policy": 1, "persistence": 0}


def test_health_is_one_where_a_check_is_ok():
    samples = dict(collect_samples(a_reading(SNAPSHOT))["headcount_health_ok"])
    assert samples == {
        ("broker",): 0,
        ("workers",): 0,
        ("queues",): 0,
        ("beat",): 1,
        ("ledger",): 0,
    }


def test_openmetrics_is_served_when_asked_for(client, show):
    show(SNAPSHOT)
    asked = "application/openmetrics-text;version=1.0.0,text/plain;version=0.0.4;q=0.5"
    answer = client.request("GET", "/metrics", {"accept": asked})
    assert answer.headers["content-type"].startswith("application/openmetrics-text; version=1.0.0")
    assert answer.text.endswith("# EOF\n")
    families = list(openmetrics_parser.text_string_to_metric_families(answer.text))
    found = {sample.name for family in families for sample in family.samples}
    assert found == set(SIDECAR_METRICS)


def test_plain_text_is_served_to_everyone_else(client):
    for accept in ("*/*", "text/plain", "text/html"):
        answer = client.request("GET", "/metrics", {"accept": accept})
        assert answer.headers["content-type"] == "text/plain; version=0.0.4; charset=utf-8"
