"""The rules as Prometheus reads them: promtool checks them and runs the cases beside this file."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parents[2]
RULE_FILES = sorted((ROOT / "alerts").glob("*.rules.yml"))
CASE_FILES = sorted(Path(__file__).parent.glob("*.test.yml"))


@pytest.fixture
def promtool():
    """The promtool program; a machine without it skips, CI fails."""
    program = shutil.which("promtool")
    if program is None:
        missing = pytest.fail if os.environ.get("CI") == "true" else pytest.skip
        missing("promtool is not installed (apt-get install prometheus)")
    return program


def run(*command):
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)


@pytest.mark.needs_prometheus
@pytest.mark.parametrize("rules", RULE_FILES, ids=lambda path: path.name)
def test_prometheus_loads_the_rules(promtool, rules):
    checked = run(promtool, "check", "rules", "--lint-fatal", rules)
    assert checked.returncode == 0, checked.stdout + checked.stderr


@pytest.mark.needs_prometheus
@pytest.mark.parametrize("cases", CASE_FILES, ids=lambda path: path.name)
def test_alerts_fire_and_stay_silent_as_the_cases_say(promtool, cases):
    tested = run(promtool, "test", "rules", cases)
    assert tested.returncode == 0, tested.stdout + tested.stderr


@pytest.mark.parametrize("cases", CASE_FILES, ids=lambda path: path.name)
def test_cases_name_the_order_of_groups_which_promtool_picks_at_random_otherwise(cases):
    rules = [yaml.safe_load(path.read_text()) for path in RULE_FILES]
    order = yaml.safe_load(cases.read_text())["group_eval_order"]
    assert order == [group["name"] for file in rules for group in file["groups"]]


def test_every_alert_has_a_case_in_which_it_fires_one_in_which_it_resolves_and_one_silent():
    told = [outcomes for path in CASE_FILES for outcomes in read_outcomes(path)]
    for alert in sorted(read_alert_names()):
        courses = [fired for name, fired in told if name == alert]
        assert any(fires_then_resolves(fired) for fired in courses), f"{alert} never resolves"
        assert any(not any(fired) for fired in courses), f"{alert} has no silent case"


def read_alert_names():
    documents = [yaml.safe_load(path.read_text(encoding="utf-8")) for path in RULE_FILES]
    groups = [group for document in documents for group in document["groups"]]
    return {rule["alert"] for group in groups for rule in group["rules"] if "alert" in rule}


def read_outcomes(path):
    """Yield for each case and alert: its name, and whether it fires, in order of time."""
    for case in yaml.safe_load(path.read_text(encoding="utf-8"))["tests"]:
        checks = case.get("alert_rule_test", [])
        for alert in {check["alertname"] for check in checks}:
            yield alert, [bool(c["exp_alerts"]) for c in checks if c["alertname"] == alert]


def fires_then_resolves(fired):
    return True in fired and False in fired[fired.index(True) :]
