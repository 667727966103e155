"""Runs promtool on series made or recorded, with all rules: exactly these alerts fire."""

import subprocess

import yaml

from alerts.generate import FOLDER, GROUPS
from alerts.pace import Pace

FIRED = (
    'group by (alertname, severity, namespace) (count_over_time(ALERTS{alertstate="firing"}[1h]))'
)


def check_what_fires(promtool, series, interval_seconds, minutes, fires, directory):
    """Fail unless, in these minutes, exactly ``fires`` fire: (alert, severity, namespace)."""
    case = {
        "interval": f"{interval_seconds}s",
        "input_series": series,
        "promql_expr_test": [
            {"eval_time": f"{minutes}m", "expr": FIRED, "exp_samples": list(map(sample, fires))}
        ],
    }
    document = {
        "rule_files": [str(FOLDER / "*.rules.yml")],
        "evaluation_interval": "30s",
        "group_eval_order": [make(Pace()).name for make in GROUPS],
        "tests": [case],
    }
    path = directory / "case.test.yml"
    path.write_text(yaml.safe_dump(document))
    command = [promtool, "test", "rules", path]
    tested = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    assert tested.returncode == 0, tested.stdout + tested.stderr


def sample(fired):
    alert, severity, namespace = fired
    labels = f'alertname="{alert}", severity="{severity}"'
    if namespace:
        labels += f', namespace="{namespace}"'
    return {"labels": "{" + labels + "}", "value": 1}
