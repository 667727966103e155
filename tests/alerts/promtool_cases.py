"""Runs promtool on series made or recorded, with all rules: exactly these alerts fire."""

import subprocess

import yaml

from alerts.generate import FOLDER, GROUPS
from alerts.pace import Pace

BY = "group by (alertname, severity, namespace)"
FIRED = BY + ' (count_over_time(ALERTS{alertstate="firing"}[1h]))'
FIRING = BY + ' (ALERTS{alertstate="firing"})'


def check_what_fires(promtool, case, minutes, fires, directory, left=None):
    """Fail unless, in these minutes, exactly ``fires`` fire: (alert, severity, namespace).

    ``case``: promtool's ``interval`` and ``input_series``. ``left``: what still fires in the end.
    """
    expected = {FIRED: fires} | ({} if left is None else {FIRING: left})
    checks = [
        {"eval_time": f"{minutes}m", "expr": expr, "exp_samples": list(map(sample, alerts))}
        for expr, alerts in expected.items()
    ]
    document = {
        "rule_files": [str(FOLDER / "*.rules.yml")],
        "evaluation_interval": "30s",
        "group_eval_order": [make(Pace()).name for make in GROUPS],
        "tests": [case | {"promql_expr_test": checks}],
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
