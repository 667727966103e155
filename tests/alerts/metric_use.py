"""Which metrics and labels a PromQL expression uses, held against the catalogue.

Needs no Prometheus. Knows recording rules by their names: ``level:metric:operation``, where
``level`` lists the labels that are left, with ``_`` between them.
"""

import re
from dataclasses import dataclass, field

import promql_parser as promql

from service.telemetry.catalogue import SIDECAR_METRICS, WORKER_METRICS

CATALOGUE = {**WORKER_METRICS, **SIDECAR_METRICS}
TARGET_LABELS = {"job", "instance", "namespace"}
"""What Prometheus adds to every series that it scrapes."""

ALERT_LABELS = {"alertname", "severity", "namespace", "queue", "task", "instance"}
PROMETHEUS_OWN = {
    "up": TARGET_LABELS,
    "ALERTS": ALERT_LABELS | {"alertstate"},
    "ALERTS_FOR_STATE": ALERT_LABELS,
}
"""Series that Prometheus itself writes, about every target and about alerts."""

SUFFIXES = {"histogram": ("_bucket", "_sum", "_count"), "summary": ("_sum", "_count")}
COUNTING = {"rate", "increase", "irate", "resets", "changes"}
SERIES = {
    metric.name + suffix: metric
    for metric in CATALOGUE.values()
    for suffix in SUFFIXES.get(metric.kind, ("",))
}
"""Name of a series as Prometheus stores it -> its metric."""


@dataclass
class Use:
    """What one expression uses: its selectors, and what is wrong with them."""

    selectors: list = field(default_factory=list)
    problems: list = field(default_factory=list)


def substitute(expression):
    """Put a duration where Grafana would put one; other variables stand inside quotes."""
    return re.sub(r"\$\{?__(rate_interval|interval|range)\}?", "5m", expression)


def read_use(expression, recorded=frozenset()):
    """Return what an expression uses; ``recorded``: names of recording rules."""
    use = Use()
    _visit(promql.parse(substitute(expression)), use, recorded, counted=False)
    return use


def _visit(node, use, recorded, counted):
    """Gather selectors below ``node``; return the labels that any of them has."""
    if isinstance(node, promql.MatrixSelector):
        node = node.vector_selector
    if isinstance(node, promql.VectorSelector):
        return _visit_selector(node, use, recorded, counted)
    counted = counted or (isinstance(node, promql.Call) and node.func.name in COUNTING)
    known = [_visit(child, use, recorded, counted) for child in _children(node)]
    labels = set().union(*known) | _made_by(node)
    if isinstance(node, promql.AggregateExpr) and node.modifier is not None:
        _expect(node.modifier.labels, labels, "by", use)
    if isinstance(node, promql.BinaryExpr) and _matches_on_labels(node):
        for side in known:
            _expect(node.modifier.matching.labels, side, "on", use)
    return labels


def _visit_selector(node, use, recorded, counted):
    use.selectors.append(node)
    labels = labels_of(node.name, recorded)
    if labels is None:
        use.problems.append(f"{node.name} is neither in the catalogue nor recorded")
        return set()
    metric = SERIES.get(node.name)
    is_count = metric is not None and metric.kind != "gauge"
    if is_count and not counted:
        use.problems.append(f"{node.name} is a count: take its rate or increase")
    if counted and not is_count:
        use.problems.append(f"{node.name} is a gauge: it has no rate")
    _expect([matcher.name for matcher in node.matchers.matchers], labels, node.name, use)
    return labels


def labels_of(name, recorded=frozenset()):
    """Return the labels that a series may have; None for one that nobody exports or records."""
    if name in recorded:
        return set(name.split(":")[0].split("_"))
    if name in PROMETHEUS_OWN:
        return PROMETHEUS_OWN[name]
    if name not in SERIES:
        return None
    buckets = {"le"} if name.endswith("_bucket") else set()
    return set(SERIES[name].labels) | TARGET_LABELS | buckets


def _children(node):
    if isinstance(node, promql.BinaryExpr):
        return [node.lhs, node.rhs]
    if isinstance(node, promql.Call):
        return list(node.args)
    return [node.expr] if hasattr(node, "expr") else []


def _matches_on_labels(node):
    matching = node.modifier and node.modifier.matching
    return matching and matching.type == promql.LabelModifierType.Include


def _made_by(node):
    """Return the label that a ``label_replace`` makes."""
    replaces = isinstance(node, promql.Call) and node.func.name == "label_replace"
    return {node.args[1].val} if replaces else set()


def _expect(used, known, where, use):
    for label in used:
        if label not in known:
            use.problems.append(f"{where}: no label {label}")
