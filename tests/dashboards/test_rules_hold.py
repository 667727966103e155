"""Every dashboard keeps every rule, and its file is what its code says."""

import pytest

from dashboards.generate import list_stale
from tests.dashboards.boards import BOARDS, drawn_panels
from tests.dashboards.rules import RULES

SCREEN_GRID_ROWS = 25
"""What 1080 lines hold: 38 a row, below Grafana's own head."""


def test_the_json_is_what_the_code_generates():
    assert list_stale() == [], "run python -m dashboards.generate"


@pytest.mark.parametrize("rule", RULES)
@pytest.mark.parametrize("name", BOARDS)
def test_a_dashboard_keeps_a_rule(name, rule):
    assert RULES[rule](BOARDS[name]) == []


def test_the_overview_fits_one_screen():
    positions = [panel["gridPos"] for panel in BOARDS["overview"]["panels"]]
    assert max(position["y"] + position["h"] for position in positions) <= SCREEN_GRID_ROWS


@pytest.mark.parametrize("name", BOARDS)
def test_a_graph_of_what_cannot_be_negative_starts_its_axis_at_zero(name):
    graphs = [one for one in drawn_panels(BOARDS[name]) if one["type"] == "timeseries"]
    assert [one["title"] for one in graphs if one["fieldConfig"]["defaults"].get("min") != 0] == []
