"""The rules hold to the catalogue, and every alert leads a person somewhere. No promtool needed."""

import re
from pathlib import Path

import pytest

from alerts.generate import list_stale
from alerts.links import DASHBOARD_BASE, RUNBOOK_BASE, runbook_url
from service.queues import QUEUE_NAMES
from tests.alerts.metric_use import read_use
from tests.alerts.rule_files import ALERTS, RECORDED, RULES

ROOT = Path(__file__).parents[2]
RUNBOOKS = ROOT / "docs" / "runbooks"
SECTIONS = (
    "## What it means",
    "## What users notice",
    "## Confirm",
    "## Do",
    "## How it ends",
    "## False alarms",
)


each_rule = pytest.mark.parametrize("rule", RULES, ids=lambda r: r.get("alert") or r["record"])
each_alert = pytest.mark.parametrize("alert", ALERTS, ids=lambda r: r["alert"])


def test_the_rule_files_are_those_that_the_code_makes():
    assert list_stale() == []


@each_rule
def test_a_rule_uses_only_metrics_and_labels_of_the_catalogue(rule):
    assert read_use(rule["expr"], RECORDED).problems == []


@each_rule
def test_a_rule_names_only_queues_and_states_that_exist(rule):
    for selector in read_use(rule["expr"], RECORDED).selectors:
        for matcher in selector.matchers.matchers:
            if matcher.name == "queue":
                assert set(matcher.value.split("|")) <= set(QUEUE_NAMES)


@pytest.mark.parametrize("name", sorted(RECORDED))
def test_a_recorded_name_says_its_level_its_metric_and_its_operation(name):
    assert re.fullmatch(r"[a-z_]+:headcount_[a-z_]+:[a-z0-9]+", name)


def test_every_recorded_series_is_used_by_a_rule_or_says_how_a_budget_fares():
    used = {s.name for rule in RULES for s in read_use(rule["expr"], RECORDED).selectors}
    shown = {name for name in RECORDED if ":headcount_slo_b" in name}
    assert used | shown >= RECORDED


@each_alert
def test_an_alert_says_how_urgent_it_is(alert):
    assert alert["labels"] == {"severity": alert["labels"]["severity"]}
    assert alert["labels"]["severity"] in {"critical", "warning"}
    assert "for" in alert, "without it a single bad scrape pages somebody"


@each_alert
def test_an_alert_tells_what_happened_with_its_numbers(alert):
    assert set(alert["annotations"]) == {"summary", "description", "runbook_url", "dashboard_url"}
    assert "$value" in alert["annotations"]["description"]


@each_alert
def test_an_alert_links_to_its_runbook_and_a_dashboard(alert):
    assert alert["annotations"]["runbook_url"] == runbook_url(alert["alert"])
    path = alert["annotations"]["dashboard_url"]
    assert path.startswith(DASHBOARD_BASE)
    board = re.match(r"[a-z-]+", path.removeprefix(DASHBOARD_BASE))
    assert (ROOT / "dashboards" / "json" / f"{board[0]}.json").exists()


def test_every_alert_has_a_runbook_and_every_runbook_an_alert():
    written = {path.stem for path in RUNBOOKS.glob("Headcount*.md")}
    assert written == {alert["alert"] for alert in ALERTS}


@pytest.mark.parametrize("path", sorted(RUNBOOKS.glob("Headcount*.md")), ids=lambda p: p.stem)
def test_a_runbook_answers_the_same_six_questions_in_order(path):
    text = path.read_text(encoding="utf-8")
    assert text.startswith(f"# {path.stem}\n")
    assert tuple(re.findall(r"^## .*$", text, re.MULTILINE)) == SECTIONS


@pytest.mark.parametrize("path", sorted(RUNBOOKS.glob("Headcount*.md")), ids=lambda p: p.stem)
def test_a_runbook_links_only_to_runbooks_that_exist(path):
    for target in re.findall(r"\]\((Headcount\w+\.md)\)", path.read_text(encoding="utf-8")):
        assert (RUNBOOKS / target).exists()


def test_the_runbook_base_is_the_folder_the_runbooks_are_in():
    assert RUNBOOK_BASE.endswith("/docs/runbooks/")
