"""What happened besides, drawn as lines across every graph: deployments, and alerts that fire."""

from grafana_foundation_sdk.builders.dashboard import AnnotationQuery

from dashboards import colours
from dashboards.promql import series
from dashboards.recorded import FIRING
from dashboards.variables import DATASOURCE

STEP = "30s"
BEFORE = "offset $__interval"


def deployments() -> AnnotationQuery:
    """Mark when workers began that were not there before, or that run other versions."""
    info = series("headcount_worker_info")
    new = f"count by (version, celery_version) ({info} unless {info} {BEFORE})"
    marks = _marks("Deployments", new, colours.PLAIN)
    return marks.title_format("Workers started").text_format(
        "Headcount {{version}}, Celery {{celery_version}}"
    )


def alerts() -> AnnotationQuery:
    """Mark when an alert begins to fire."""
    began = f"max by (alertname, queue, severity) ({FIRING} unless {FIRING} {BEFORE})"
    marks = _marks("Alerts", began, colours.BAD)
    return marks.title_format("{{alertname}}").text_format("{{severity}} {{queue}}")


def _marks(name: str, expression: str, colour: str) -> AnnotationQuery:
    marks = AnnotationQuery().name(name).datasource(DATASOURCE).enable(True)
    return marks.icon_color(colour).expr(expression).step(STEP)
