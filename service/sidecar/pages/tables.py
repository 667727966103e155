"""Owns the look of tables: rows and columns, or on a phone a list of rows."""

from collections.abc import Sequence

from service.sidecar.pages.markup import Html, element, join

Row = Sequence[object]


def table(columns: Sequence[str], rows: Sequence[Row], none: str) -> Html:
    """Make a table whose first column names its rows; ``none`` is shown when there are no rows.

    Numbers align right. A browser forgets the roles of what a style lays out as a list, so they
    are given; its columns' names are then shown in every cell.
    """
    if not rows:
        return element("p", none, "card nothing")
    heads = join(_head(*pair) for pair in zip(columns, rows[0], strict=True))
    body = join(element("tr", _cells(columns, row), role="row") for row in rows)
    parts = [
        element("thead", element("tr", heads, role="row"), role="rowgroup"),
        element("tbody", body, role="rowgroup"),
    ]
    return element("div", element("table", join(parts), "stacks", role="table"), "card")


def _head(text: str, below: object) -> Html:
    return element("th", text, _alignment(below), role="columnheader", scope="col")


def _cells(columns: Sequence[str], row: Row) -> Html:
    first = element("th", row[0], role="rowheader", scope="row")
    return join([first, *map(_cell, columns[1:], row[1:])])


def _cell(column: str, value: object) -> Html:
    text = f"{value:,}" if isinstance(value, int) else value
    return element("td", text, _alignment(value), role="cell", data_label=column)


def _alignment(value: object) -> str:
    return "number" if isinstance(value, int) else ""
