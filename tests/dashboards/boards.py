"""The dashboards as Grafana gets them, and ways through them: panels, queries, variables."""

import json
import re

from alerts.generate import GROUPS
from alerts.pace import Pace
from alerts.rule import Record
from dashboards.generate import DASHBOARDS, render

BOARDS = {name: json.loads(render(name)) for name in DASHBOARDS}
"""File name without its ending -> Grafana's JSON model."""

RECORDED = {rule.name for make in GROUPS for rule in make(Pace()).rules if isinstance(rule, Record)}
"""Names of the series that the rules of ``alerts/`` record."""

VARIABLE = re.compile(r"\$(?:\{(?P<braced>\w+)(?::\w+)?\}|(?P<bare>\w+))")
"""A variable in a query or a title: ``$queue``, ``${queue}``, ``${queue:regex}``."""


def panels_of(board):
    """Return every panel, with those that a collapsed row keeps inside it."""
    outer = board["panels"]
    inner = [panel for row in outer if row["type"] == "row" for panel in row.get("panels") or []]
    return outer + inner


def drawn_panels(board):
    """Return the panels that show something: all but rows, which are headings."""
    return [panel for panel in panels_of(board) if panel["type"] != "row"]


def targets_of(board):
    """Return (where, panel, target) of every query."""
    return [
        (f"{panel['title']} {target['refId']}", panel, target)
        for panel in drawn_panels(board)
        for target in panel.get("targets", [])
    ]


def annotations_of(board):
    """Return (where, query) of the marks across its graphs, Grafana's own apart."""
    marks = board["annotations"].get("list") or []
    return [(f"marks {one['name']}", one) for one in marks if "expr" in one]


def variables_of(board):
    return board["templating"]["list"]


def filters_of(board):
    """Return the variables that are labels by whose values queries are filtered."""
    return [one for one in variables_of(board) if one["type"] == "query"]


def query_of(variable):
    """Return a variable's query; Grafana knows it as a text or inside of an object."""
    query = variable.get("query", "")
    return query["query"] if isinstance(query, dict) else query


def names_in(text):
    """Return the variables that a text reads, Grafana's own apart."""
    found = {one["braced"] or one["bare"] for one in VARIABLE.finditer(text)}
    return {name for name in found if not name.startswith("__")}
