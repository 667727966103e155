"""The PrometheusRule that kustomize builds, put to promtool: the same alerts, fewer false ones."""

import subprocess

import pytest
import yaml

from alerts.generate import rule_files
from alerts.pace import Pace
from deploy.prometheus_rule import SILENT_AT_ZERO
from tests.deploy.manifests import built, of_kind
from tests.programs import installed

pytestmark = pytest.mark.needs_prometheus

WORKER = "headcount-preview-worker-deployment"
REPLICAS = f'kube_deployment_spec_replicas{{namespace="n",deployment="{WORKER}"}}'
NO_WORKERS = [
    {"series": f'{name}{{namespace="n",job="s",instance="s"{labels}}}', "values": values}
    for name, labels, values in (
        ("headcount_queue_workers", ',queue="default"', "0x30"),
        ("headcount_health_ok", ',check="workers"', "0x30"),
        ("headcount_broker_up", "", "1x30"),
        ("headcount_snapshot_timestamp_seconds", "", "0+60x30"),
    )
]
WAITING = {
    "series": 'headcount_queue_depth{namespace="n",queue="default",state="ready",instance="s"}',
    "values": "5x30",
}


@pytest.fixture(scope="module")
def rules(tmp_path_factory):
    """The rules of the built PrometheusRule, as the operator hands them to Prometheus."""
    [rule] = of_kind(built("monitoring"), "PrometheusRule")
    path = tmp_path_factory.mktemp("rules") / "rules.yml"
    path.write_text(yaml.safe_dump(rule["spec"]))
    return path


def alerts_after_20_minutes(rules, tmp_path, *series):
    """The alerts without namespace and severity in a situation, by promtool's own account."""
    names = sorted(
        rule["alert"]
        for group in yaml.safe_load(rules.read_text())["groups"]
        for rule in group["rules"]
        if "alert" in rule
    )
    case = {
        "rule_files": [str(rules)],
        "evaluation_interval": "1m",
        "tests": [
            {
                "interval": "1m",
                "input_series": list(series),
                "alert_rule_test": [
                    {"eval_time": "20m", "alertname": name, "exp_alerts": []} for name in names
                ],
            }
        ],
    }
    path = tmp_path / "case.yml"
    path.write_text(yaml.safe_dump(case))
    done = subprocess.run(
        [installed("promtool"), "test", "rules", path], capture_output=True, text=True, check=False
    )
    said = done.stdout + done.stderr
    return {name for name in names if f"alertname: {name}," in said}


def test_promtool_takes_the_rules_as_the_operator_gets_them(rules):
    done = subprocess.run(
        [installed("promtool"), "check", "rules", rules],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr


def test_they_are_the_shipped_rules_but_for_the_two_that_zero_replicas_silence(rules):
    shipped = {
        group["name"]: group["rules"]
        for text in rule_files(Pace()).values()
        for group in yaml.safe_load(text)["groups"]
    }
    ours = {group["name"]: group["rules"] for group in yaml.safe_load(rules.read_text())["groups"]}
    assert ours.keys() == shipped.keys()
    changed = {
        rule["alert"]
        for name, group in ours.items()
        for rule, other in zip(group, shipped[name], strict=True)
        if rule != other
    }
    assert changed == SILENT_AT_ZERO


def test_workers_that_are_missing_are_told_of_where_some_are_wanted(rules, tmp_path):
    wanted = {"series": REPLICAS, "values": "1x30"}
    assert alerts_after_20_minutes(rules, tmp_path, *NO_WORKERS, wanted) >= SILENT_AT_ZERO


def test_workers_that_are_missing_are_told_of_where_nobody_knows_how_many_are_wanted(
    rules, tmp_path
):
    assert alerts_after_20_minutes(rules, tmp_path, *NO_WORKERS) >= SILENT_AT_ZERO


def test_a_namespace_scaled_to_zero_raises_neither(rules, tmp_path):
    unwanted = {"series": REPLICAS, "values": "0x30"}
    raised = alerts_after_20_minutes(rules, tmp_path, *NO_WORKERS, unwanted)
    assert raised & (SILENT_AT_ZERO | {"HeadcountQueueWithoutWorkers"}) == set()


def test_jobs_that_wait_in_a_namespace_scaled_to_zero_page_all_the_same(rules, tmp_path):
    unwanted = {"series": REPLICAS, "values": "0x30"}
    raised = alerts_after_20_minutes(rules, tmp_path, *NO_WORKERS, WAITING, unwanted)
    assert "HeadcountQueueWithoutWorkers" in raised


def test_another_namespace_is_not_silenced(rules, tmp_path):
    elsewhere = {"series": REPLICAS.replace('"n"', '"other"'), "values": "0x30"}
    assert alerts_after_20_minutes(rules, tmp_path, *NO_WORKERS, elsewhere) >= SILENT_AT_ZERO
