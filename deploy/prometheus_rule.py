"""The rules as a PrometheusRule of the Prometheus operator's.

The alerts are those of ``alerts/``, but for two that a Deployment without replicas would raise:
Kubernetes knows that nobody wants workers there.
"""

from typing import Any

from alerts.generate import GROUPS, as_yaml
from alerts.pace import Pace

NO_WORKERS_WANTED = (
    'max by (namespace) (kube_deployment_spec_replicas{deployment=~".+-worker-deployment"}) == 0'
)
"""Source: kube-state-metrics. Where it is not scraped, both alerts are as they always are."""

SILENT_AT_ZERO = frozenset({"HeadcountWorkersMissing", "HeadcountWorkerSilent"})
"""Not those of jobs that wait without workers: whoever scales from zero may fail to."""

METADATA = {
    "name": "headcount",
    "labels": {"app.kubernetes.io/name": "headcount"},
}


def prometheus_rule() -> str:
    """Return it as YAML."""
    groups = [group for make in GROUPS for group in make(Pace()).as_file()["groups"]]
    for group in groups:
        group["rules"] = [_without_false_alarms(rule) for rule in group["rules"]]
    return as_yaml(
        {
            "apiVersion": "monitoring.coreos.com/v1",
            "kind": "PrometheusRule",
            "metadata": METADATA,
            "spec": {"groups": groups},
        }
    )


def _without_false_alarms(rule: dict[str, Any]) -> dict[str, Any]:
    if rule.get("alert") not in SILENT_AT_ZERO:
        return rule
    expr = f"(\n{rule['expr']}\n)\nunless on (namespace)\n{NO_WORKERS_WANTED}"
    return rule | {"expr": expr}
