"""The rules as Prometheus reads them: promtool checks them and runs the cases beside this file."""

import subprocess
from pathlib import Path

import pytest
import yaml

from alerts.generate import GROUPS
from alerts.pace import Pace
from tests.alerts.metric_use import read_use
from tests.alerts.rule_files import ALERTS, PATHS
from tests.alerts.situations import HARMFUL, HARMLESS

CASE_FILES = sorted(Path(__file__).parent.rglob("*.test.yml"))
each_file = pytest.mark.parametrize("cases", CASE_FILES, ids=lambda path: path.name)


def run(*command):
    return subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)


@pytest.mark.needs_prometheus
@pytest.mark.parametrize("rules", PATHS, ids=lambda path: path.name)
def test_prometheus_loads_the_rules(promtool, rules):
    checked = run(promtool, "check", "rules", "--lint-fatal", rules)
    assert checked.returncode == 0, checked.stdout + checked.stderr


@pytest.mark.needs_prometheus
@each_file
def test_alerts_fire_and_stay_silent_as_the_cases_say(promtool, cases):
    tested = run(promtool, "test", "rules", cases)
    assert tested.returncode == 0, tested.stdout + tested.stderr


@each_file
def test_cases_name_the_order_of_their_groups_which_promtool_picks_at_random_otherwise(cases):
    document = yaml.safe_load(cases.read_text(encoding="utf-8"))
    loaded = {path for pattern in document["rule_files"] for path in cases.parent.glob(pattern)}
    names = {path.name.removesuffix(".rules.yml") for path in loaded}
    order = [make(Pace()).name for make in GROUPS]
    assert document["group_eval_order"] == [name for name in order if name in names]


@each_file
def test_cases_are_about_series_that_exist(cases):
    tests = yaml.safe_load(cases.read_text(encoding="utf-8"))["tests"]
    assert (
        list_unknown({series["series"] for test in tests for series in test["input_series"]}) == []
    )


def test_situations_are_about_series_that_exist():
    situations = [make() for make in HARMLESS + HARMFUL]
    assert list_unknown({series["series"] for s in situations for series in s.input_series()}) == []


def test_every_alert_has_a_case_in_which_it_fires_one_in_which_it_resolves_and_one_silent():
    told = [outcomes for path in CASE_FILES for outcomes in read_outcomes(path)]
    for alert in sorted({rule["alert"] for rule in ALERTS}):
        courses = [fired for name, fired in told if name == alert]
        assert any(fires_then_resolves(fired) for fired in courses), f"{alert} never resolves"
        assert any(not any(fired) for fired in courses), f"{alert} has no silent case"


def list_unknown(series):
    """Return what the catalogue does not know of series; they are counts without a rate here."""
    problems = [problem for one in sorted(series) for problem in read_use(one).problems]
    return [problem for problem in problems if "take its rate" not in problem]


def read_outcomes(path):
    """Yield for each case and alert: its name, and whether it fires, in order of time."""
    for case in yaml.safe_load(path.read_text(encoding="utf-8"))["tests"]:
        checks = case.get("alert_rule_test", [])
        for alert in {check["alertname"] for check in checks}:
            yield alert, [bool(c["exp_alerts"]) for c in checks if c["alertname"] == alert]


def fires_then_resolves(fired):
    return True in fired and False in fired[fired.index(True) :]
