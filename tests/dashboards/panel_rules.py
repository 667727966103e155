"""Rules for how panels read and lie. A rule returns what is wrong, naming the panel."""

import itertools
import re

from tests.dashboards.boards import drawn_panels, panels_of

GRID_COLUMNS = 24
SHORTEST_DESCRIPTION = 60
"""Characters; less does not say what a panel shows and when to worry."""

TYPES = {
    *("alertlist", "annolist", "barchart", "bargauge", "canvas", "dashlist", "gauge", "heatmap"),
    *("histogram", "logs", "piechart", "row", "stat", "state-timeline", "status-history", "table"),
    *("text", "timeseries", "trend", "xychart"),
}
"""Panels that every Grafana from 10.4 on has by itself; ``graph`` and ``singlestat`` are gone."""

TRANSFORMATIONS = {
    *("calculateField", "concatenate", "filterByValue", "filterFieldsByName", "groupBy"),
    *("joinByField", "labelsToFields", "limit", "merge", "organize", "reduce", "renameByRegex"),
    *("seriesToRows", "sortBy", "timeSeriesTable"),
}

WITHOUT_QUERY = {"alertlist", "annolist", "dashlist", "row", "text"}
WITHOUT_UNIT = {*WITHOUT_QUERY, "canvas", "logs"}

UNITS = {
    *("s", "ms", "dtdurations", "dateTimeFromNow", "dateTimeAsIso", "dateTimeAsLocal"),
    *("dateTimeAsIsoNoDateIfToday", "dateTimeAsLocalNoDateIfToday"),
    *("percent", "percentunit", "bytes", "decbytes", "short", "locale", "none", "string"),
}
"""Those of Grafana's in use here: it draws a misspelt one as a suffix, and says nothing."""


def panels_have_titles_of_their_own(board):
    titles = [panel.get("title", "") for panel in panels_of(board)]
    nameless = [
        f"panel {panel['id']}: no title" for panel in panels_of(board) if not panel["title"]
    ]
    return nameless + [f"{title}: twice" for title in set(titles) if titles.count(title) > 1]


def panels_say_what_they_show_and_when_to_worry(board):
    return [
        f"{panel['title']}: its description says too little"
        for panel in drawn_panels(board)
        if len(panel.get("description") or "") <= SHORTEST_DESCRIPTION
    ]


def panels_are_of_a_kind_that_grafana_10_4_has(board):
    return [
        f"{panel['title']}: no panel {panel['type']}"
        for panel in panels_of(board)
        if panel["type"] not in TYPES
    ]


def tables_are_made_by_what_grafana_10_4_has(board):
    return [
        f"{panel['title']}: no transformation {step['id']}"
        for panel in drawn_panels(board)
        for step in panel.get("transformations") or []
        if step["id"] not in TRANSFORMATIONS
    ]


def panels_have_queries_with_letters_of_their_own(board):
    problems = []
    for panel in drawn_panels(board):
        letters = [target["refId"] for target in panel.get("targets", [])]
        if not letters and panel["type"] not in WITHOUT_QUERY:
            problems.append(f"{panel['title']}: no query")
        if len(set(letters)) < len(letters):
            problems.append(f"{panel['title']}: two queries of one letter")
    return problems


def numbers_have_units(board):
    return [
        f"{panel['title']}: {'unit ' + unit if unit else 'no unit'}"
        for panel in drawn_panels(board)
        if panel["type"] not in WITHOUT_UNIT
        for unit in _units(panel)
        if not (unit in UNITS or re.match(r"(suffix|prefix):.", unit))
    ]


def _units(panel):
    """Return its units; words in place of numbers need none."""
    fields = panel["fieldConfig"]
    own = fields["defaults"].get("unit") or panel["options"].get("yAxis", {}).get("unit")
    words = [] if own is None and fields["defaults"].get("mappings") else [own or ""]
    return words + [
        setting["value"]
        for override in fields["overrides"]
        for setting in override["properties"]
        if setting["id"] == "unit"
    ]


def graphs_name_their_lines(board):
    return [
        f"{panel['title']} {target['refId']}: no legend"
        for panel in drawn_panels(board)
        for target in panel.get("targets", [])
        if panel["type"] == "timeseries" and not target.get("legendFormat")
    ]


def settings_are_for_queries_that_exist(board):
    """Find colours and the like that are meant for a query that is gone."""
    return [
        f"{panel['title']}: settings for query {override['matcher']['options']}, which is none"
        for panel in drawn_panels(board)
        for override in panel.get("fieldConfig", {}).get("overrides", [])
        if override["matcher"]["id"] == "byFrameRefID"
        and override["matcher"]["options"] not in {one["refId"] for one in panel["targets"]}
    ]


def panels_are_numbered_once_each(board):
    numbers = [panel["id"] for panel in panels_of(board)]
    return [f"{panel['title']}: id {panel['id']}, as another" for panel in panels_of(board)
            if numbers.count(panel["id"]) > 1]  # fmt: skip


def panels_lie_within_the_grid(board):
    return [
        f"{panel['title']}: beyond column {GRID_COLUMNS}"
        for panel in panels_of(board)
        if panel["gridPos"]["x"] + panel["gridPos"]["w"] > GRID_COLUMNS or panel["gridPos"]["w"] < 1
    ]


def panels_do_not_cover_each_other(board):
    """Look at what is shown at once: a collapsed row's panels come in place of what is below it."""
    shown = [board["panels"], *(p.get("panels") or [] for p in board["panels"])]
    return [
        f"{one['title']}: covers {other['title']}"
        for panels in shown
        for one, other in itertools.combinations(panels, 2)
        if _cells(one["gridPos"]) & _cells(other["gridPos"])
    ]


def _cells(position):
    columns = range(position["x"], position["x"] + position["w"])
    rows = range(position["y"], position["y"] + position["h"])
    return set(itertools.product(columns, rows))


PANEL_RULES = (
    panels_have_titles_of_their_own,
    panels_say_what_they_show_and_when_to_worry,
    panels_are_of_a_kind_that_grafana_10_4_has,
    tables_are_made_by_what_grafana_10_4_has,
    panels_have_queries_with_letters_of_their_own,
    numbers_have_units,
    graphs_name_their_lines,
    settings_are_for_queries_that_exist,
    panels_are_numbered_once_each,
    panels_lie_within_the_grid,
    panels_do_not_cover_each_other,
)
