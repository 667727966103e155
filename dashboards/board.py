"""What every dashboard has in common: its head, its variables, placing and numbering."""

import json
from typing import Any

from grafana_foundation_sdk.builders import heatmap, stat, statetimeline, table, timeseries
from grafana_foundation_sdk.builders.dashboard import Dashboard, QueryVariable
from grafana_foundation_sdk.cog.encoder import JSONEncoder
from grafana_foundation_sdk.models.dashboard import DashboardCursorSync

from dashboards import annotations, links, variables

AnyPanel = stat.Panel | table.Panel | timeseries.Panel | heatmap.Panel | statetimeline.Panel

SCHEMA_VERSION = 39
"""Grafana 10.4's: the oldest one supported reads it as it is, newer ones migrate it."""


def board(name: str, title: str, description: str, *own: QueryVariable) -> Dashboard:
    """Start a dashboard over the last hour, with the variables that all share, then its own."""
    shared = [variables.job(), variables.namespace(), variables.queue()]
    return (
        Dashboard(f"Headcount / {title}")
        .uid(f"headcount-{name}")
        .description(description)
        .tags([links.TAG])
        .time("now-1h", "now")
        .refresh("30s")
        .tooltip(DashboardCursorSync.CROSSHAIR)
        .links([links.bar()])
        .annotations([annotations.deployments(), annotations.alerts()])
        .variables([variables.datasource(), *shared, *own])
    )


def add_row(dashboard: Dashboard, height: int, *panels: AnyPanel) -> None:
    """Place panels side by side, all of one height in grid units (38 pixels)."""
    for panel in panels:
        dashboard.with_panel(panel.height(height))


def to_model(dashboard: Dashboard) -> dict[str, Any]:
    """Build the dashboard as Grafana's JSON model, with panels numbered from 1.

    The SDK numbers no panels; Grafana would number them anew at every import.
    """
    built = dashboard.build()
    built.schema_version = SCHEMA_VERSION
    for number, panel in enumerate(built.panels or [], start=1):
        panel.id_val = number
    model: dict[str, Any] = json.loads(json.dumps(built, cls=JSONEncoder))
    return model
