"""Ways to put a fault into a dashboard: each returns, or is, a function that changes a board."""

from tests.dashboards.boards import filters_of, panels_of
from tests.dashboards.sound_board import GRAPH, SOURCE, TABLE


def panel(board, title):
    return next(one for one in panels_of(board) if one["title"] == title)


def asks(expression, **changes):
    """Let the graph ask this instead."""

    def change(board):
        panel(board, GRAPH)["targets"][0].update({"expr": expression, **changes})

    return change


def is_made(**changes):
    """Let the graph be otherwise."""
    return lambda board: panel(board, GRAPH).update(changes)


def becomes(**changes):
    return lambda board: board.update(changes)


def variable(name, **changes):
    def change(board):
        next(one for one in filters_of(board) if one["name"] == name).update(changes)

    return change


def lacks_unit(board):
    del panel(board, GRAPH)["fieldConfig"]["defaults"]["unit"]


def misspells_a_columns_unit(board):
    override = {"properties": [{"id": "unit", "value": "secs"}]}
    panel(board, TABLE)["fieldConfig"]["overrides"].append(
        {"matcher": {"id": "byName"}, **override}
    )


def colours_a_query_that_is_gone(board):
    override = {"matcher": {"id": "byFrameRefID", "options": "Z"}, "properties": []}
    panel(board, GRAPH)["fieldConfig"]["overrides"].append(override)


def lies(**place):
    return lambda board: panel(board, GRAPH)["gridPos"].update(place)


def asks_twice_under_one_letter(board):
    panel(board, GRAPH)["targets"] *= 2


def hides_a_fault_in_a_collapsed_row(board):
    inside = {**panel(board, GRAPH), "title": "Within", "description": "", "id": 99}
    place = {"x": 0, "y": 90, "w": 24, "h": 1}
    row = {"type": "row", "title": "More", "id": 98, "gridPos": place, "panels": [inside]}
    board["panels"].append(row)


def forgets_a_variable(board):
    board["templating"]["list"].pop()


def defines_one_that_nobody_reads(board):
    unread = {**filters_of(board)[0], "name": "colour"}
    board["templating"]["list"].append(unread)


def names_its_data_source(board):
    panel(board, GRAPH)["datasource"] = {"type": "prometheus", "uid": "P1809F7CD0C75ACF3"}


def starts_with_another_variable(board):
    board["templating"]["list"].reverse()


def links_values_to(url):
    def change(board):
        defaults = panel(board, GRAPH)["fieldConfig"]["defaults"]
        defaults["links"] = [{"title": "there", "url": url}]

    return change


def marks(expression):
    mark = {"name": "Deploys", "expr": expression, "datasource": SOURCE}
    return becomes(annotations={"list": [mark]})
