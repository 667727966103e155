"""Links from one dashboard to another, which carry the time shown and the variables.

The bar at the top carries all of them; a row of a table or a line of a graph goes to the queue or
task that it shows. Addresses begin with ``/d/`` and Grafana adds its own before them.
"""

from typing import Any

from grafana_foundation_sdk.builders.dashboard import DashboardLink
from grafana_foundation_sdk.models.dashboard import DashboardLinkType

TAG = "headcount"
CARRIED = "${__url_time_range}&${datasource:queryparam}&${job:queryparam}&${namespace:queryparam}"


def bar() -> DashboardLink:
    """List all of Headcount's dashboards, as links that carry time and variables."""
    links = DashboardLink("Headcount").type(DashboardLinkType.DASHBOARDS).tags([TAG])
    return links.keep_time(True).include_vars(True)


def to_board(name: str, title: str, *more: str) -> dict[str, Any]:
    """Link to a dashboard; ``more`` are further parts of the query, such as a queue."""
    return {"title": title, "url": f"/d/headcount-{name}?{'&'.join([CARRIED, *more])}"}


def to_queue_of_row() -> dict[str, Any]:
    """Link a row of a table to its queue."""
    return to_board("queue", "This queue", "var-queue=${__data.fields.Queue:percentencode}")


def to_task_of_row() -> dict[str, Any]:
    """Link a row of a table to its task."""
    return to_board("task", "This task", "var-task=${__data.fields.Task:percentencode}")


def to_queue_of_line() -> dict[str, Any]:
    """Link a line of a graph to its queue."""
    return to_board("queue", "This queue", "var-queue=${__field.labels.queue:percentencode}")


def to_task_of_line() -> dict[str, Any]:
    """Link a line of a graph to its task."""
    return to_board("task", "This task", "var-task=${__field.labels.task:percentencode}")


def of_panel(name: str) -> DashboardLink:
    """Link a whole panel to a dashboard, with the queues that are chosen."""
    link = to_board(name, f"{name.capitalize()} dashboard", "${queue:queryparam}")
    return DashboardLink(link["title"]).type(DashboardLinkType.LINK).url(link["url"])
