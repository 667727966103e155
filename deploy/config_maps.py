"""Dashboards and rules as Kubernetes ConfigMaps.

A dashboard has one of its own, with the label that the sidecar of Grafana's Helm chart watches for.
Source: grafana/helm-charts, ``sidecar.dashboards`` (label, ``folderAnnotation``).
"""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from textwrap import indent

ROOT = Path(__file__).resolve().parents[1]
DASHBOARDS = ROOT / "dashboards" / "json"
RULES = ROOT / "alerts"

DASHBOARD_LABELS = {"app.kubernetes.io/name": "headcount", "grafana_dashboard": "1"}
DASHBOARD_ANNOTATIONS = {"grafana_folder": "Headcount"}
RULES_LABELS = {"app.kubernetes.io/name": "headcount"}


def dashboard_config_maps() -> Iterator[str]:
    """Return one for each dashboard, in order of name."""
    for path in sorted(DASHBOARDS.glob("*.json")):
        # Grafana's sidecar puts the files of all ConfigMaps into one folder: names say whose.
        data = {f"headcount-{path.name}": _without_spaces(path)}
        name = f"headcount-dashboard-{path.stem}"
        yield config_map(name, DASHBOARD_LABELS, data, DASHBOARD_ANNOTATIONS)


def rules_config_map() -> str:
    """Return one with all rule files, for Prometheus to mount."""
    paths = sorted(RULES.glob("*.rules.yml"))
    data = {path.name: path.read_text(encoding="utf-8") for path in paths}
    return config_map("headcount-prometheus-rules", RULES_LABELS, data)


def config_map(
    name: str,
    labels: Mapping[str, str],
    data: Mapping[str, str],
    annotations: Mapping[str, str] | None = None,
) -> str:
    """Return a ConfigMap as YAML. ``data``: file name -> text, which stays readable."""
    lines = ["apiVersion: v1", "kind: ConfigMap", "metadata:", f"  name: {name}"]
    for kind, pairs in (("labels", labels), ("annotations", annotations or {})):
        if pairs:
            lines.append(f"  {kind}:")
            lines += [f"    {key}: {json.dumps(value)}" for key, value in pairs.items()]
    lines.append("data:")
    lines += [f"  {key}: |\n{indent(text.rstrip(), '    ')}" for key, text in data.items()]
    return "\n".join(lines) + "\n"


def _without_spaces(path: Path) -> str:
    """Return the dashboard on one line: ``kubectl apply`` keeps a copy in 256 KiB at most."""
    return json.dumps(json.loads(path.read_text(encoding="utf-8")), separators=(",", ":"))
