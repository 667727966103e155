"""All rules together, in half hours that must page nobody and in some that must."""

import subprocess

import pytest
import yaml

from alerts.generate import FOLDER, GROUPS
from alerts.pace import Pace
from tests.alerts.situations import END, HARMFUL, HARMLESS
from tests.alerts.stack_series import SECONDS

FIRED = (
    'group by (alertname, severity, namespace) (count_over_time(ALERTS{alertstate="firing"}[1h]))'
)

pytestmark = pytest.mark.needs_prometheus
each = pytest.mark.parametrize(
    "situation", [make() for make in HARMLESS + HARMFUL], ids=lambda s: s.name
)


@each
def test_these_alerts_fire_and_no_others(situation, promtool, tmp_path):
    cases = tmp_path / "situation.test.yml"
    cases.write_text(yaml.safe_dump(as_cases(situation)))
    tested = subprocess.run(
        [promtool, "test", "rules", cases], capture_output=True, text=True, timeout=120, check=False
    )
    assert tested.returncode == 0, tested.stdout + tested.stderr


@pytest.mark.parametrize("make", HARMLESS, ids=lambda make: make.__name__)
def test_a_harmless_situation_pages_nobody(make):
    assert not [alert for alert, severity, _ in make().fires if severity == "critical"]


def as_cases(situation):
    """Return promtool's file: all rules, and everything that fires at some time."""
    return {
        "rule_files": [str(FOLDER / "*.rules.yml")],
        "evaluation_interval": "30s",
        "group_eval_order": [make(Pace()).name for make in GROUPS],
        "tests": [
            {
                "name": situation.name,
                "interval": f"{SECONDS}s",
                "input_series": situation.input_series(),
                "promql_expr_test": [
                    {
                        "eval_time": END,
                        "expr": FIRED,
                        "exp_samples": list(map(sample, situation.fires)),
                    }
                ],
            }
        ],
    }


def sample(fired):
    alert, severity, namespace = fired
    labels = f'alertname="{alert}", severity="{severity}"'
    if namespace:
        labels += f', namespace="{namespace}"'
    return {"labels": "{" + labels + "}", "value": 1}
