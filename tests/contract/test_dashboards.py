"""Every dashboard draws metrics that exist, reads well, and is what its code says."""

import itertools
import json
import re

import pytest

from dashboards.generate import DASHBOARDS, FOLDER, list_stale
from tests.alerts.metric_use import SERIES, read_use

BOARDS = {path.stem: json.loads(path.read_text("utf-8")) for path in sorted(FOLDER.glob("*.json"))}
GRID_COLUMNS = 24
SCREEN_GRID_ROWS = 25
"""What 1080 lines hold: 38 a row, below Grafana's own head."""


def list_panels():
    return [(name, panel) for name, board in BOARDS.items() for panel in board["panels"]]


def list_queries():
    return [
        (f"{name}: {panel['title']} {target['refId']}", target["expr"])
        for name, panel in list_panels()
        for target in panel["targets"]
    ]


each_board = pytest.mark.parametrize("board", BOARDS.values(), ids=BOARDS)
each_panel = pytest.mark.parametrize(
    "panel", [pytest.param(p, id=f"{name}: {p['title']}") for name, p in list_panels()]
)
each_query = pytest.mark.parametrize(
    "expression", [pytest.param(expression, id=name) for name, expression in list_queries()]
)


def test_the_json_is_what_the_code_generates():
    assert list_stale() == [], "run python -m dashboards.generate"
    assert set(BOARDS) == set(DASHBOARDS)


@each_query
def test_a_query_uses_only_metrics_and_labels_of_the_catalogue(expression):
    assert read_use(expression).problems == []


@each_query
def test_a_query_is_filtered_by_the_variables_and_its_rates_follow_the_scrape_interval(expression):
    windows = re.findall(r"\[([^\]]*)\]", expression)
    assert set(windows) <= {"$__rate_interval"}
    for selector in read_use(expression).selectors:
        filters = {matcher.name: matcher.value for matcher in selector.matchers.matchers}
        assert filters["job"] == "$job"
        if "queue" in SERIES[selector.name].labels:
            assert filters["queue"] == "$queue"


@each_query
def test_a_query_never_adds_up_what_several_sidecars_see_of_one_broker(expression):
    assert not re.search(r"sum[^(]*\(\s*headcount_(queue|jobs_total|broker|ledger)", expression)


@each_board
def test_variables_are_a_data_source_without_a_fixed_one_then_jobs_then_queues(board):
    source, *filters = board["templating"]["list"]
    assert (source["name"], source["type"], source["query"]) == (
        "datasource",
        "datasource",
        "prometheus",
    )
    assert [variable["name"] for variable in filters] == ["job", "queue"]
    for variable in filters:
        assert variable["includeAll"]
        assert variable["multi"]
        assert variable["current"]["value"] == "$__all"


def test_everything_reads_the_data_source_variable():
    uids = re.findall(
        r'"uid": "([^"]*)"', json.dumps([board["panels"] for board in BOARDS.values()])
    )
    assert set(uids) == {"${datasource}"}


@pytest.mark.parametrize("name", BOARDS)
def test_a_dashboard_has_a_stable_address_and_a_title(name):
    board = BOARDS[name]
    assert board["uid"] == f"headcount-{name}"
    assert board["title"].startswith("Headcount / ")
    assert board["description"]
    assert board["schemaVersion"] == 39


@each_panel
def test_a_panel_says_what_it_shows_and_when_to_worry(panel):
    assert panel["title"]
    assert len(panel["description"]) > 60
    assert (
        panel["fieldConfig"]["defaults"].get("unit") or panel["fieldConfig"]["defaults"]["mappings"]
    )


@each_panel
def test_a_graph_starts_its_axis_at_zero(panel):
    if panel["type"] == "timeseries":
        assert panel["fieldConfig"]["defaults"]["min"] == 0


@each_board
def test_panels_are_numbered_once_each(board):
    assert [panel["id"] for panel in board["panels"]] == list(range(1, len(board["panels"]) + 1))


@each_board
def test_titles_are_unique(board):
    titles = [panel["title"] for panel in board["panels"]]
    assert len(set(titles)) == len(titles)


@each_board
def test_panels_lie_on_the_grid_without_overlap(board):
    covered = [cells(panel["gridPos"]) for panel in board["panels"]]
    assert all(column < GRID_COLUMNS for panel in covered for column, _ in panel)
    for one, other in itertools.combinations(covered, 2):
        assert not one & other


def test_the_overview_fits_one_screen():
    positions = [panel["gridPos"] for panel in BOARDS["overview"]["panels"]]
    assert max(position["y"] + position["h"] for position in positions) <= SCREEN_GRID_ROWS


def cells(position):
    columns = range(position["x"], position["x"] + position["w"])
    rows = range(position["y"], position["y"] + position["h"])
    return set(itertools.product(columns, rows))
