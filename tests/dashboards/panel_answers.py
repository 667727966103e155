"""What Prometheus answers a dashboard's queries, asked as Grafana would ask them."""

import math
import re
import urllib.error
from collections import Counter
from dataclasses import dataclass, field

from tests.dashboards.boards import annotations_of, filters_of, query_of, targets_of, variables_of
from tests.dashboards.interpolation import Choice

LABEL_VALUES = re.compile(r"label_values\((?P<selector>.*),\s*(?P<label>\w+)\)")
LEGEND_LABEL = re.compile(r"{{\s*(\w+)\s*}}")
SPAN_SECONDS = 6
"""How much a graph shows here: what there is of the idle time once rates have enough to go on."""


@dataclass
class Answer:
    """One query's series, or the error that came in their place.

    ``drawn_in``: its panel's title, with the value that this copy of a repeated panel is for.
    """

    where: str
    drawn_in: str
    panel: dict
    target: dict
    series: list = field(default_factory=list)
    error: str = ""

    @property
    def empty(self):
        """Whether there is nothing to draw: no series, or none with a number."""
        return not any(_has_number(one) for one in self.series)


class Asker:
    """Asks what a dashboard asks, at a moment, with these values chosen."""

    def __init__(self, watched, moment, board):
        self._watched, self._moment, self.board = watched, moment, board
        self.offered = {}
        for variable in filters_of(board):
            self.offered[variable["name"]] = self._offer(variable)

    def answers(self, **chosen):
        """Return the answers to all queries; a repeated panel asks once for each value."""
        return [
            self._answer(where, panel, target, chosen | more)
            for where, panel, target in targets_of(self.board)
            for more in self._repeats(panel)
        ]

    def errors_of_marks(self):
        """Ask for the marks across graphs; that there are none is no error."""
        asked = [self._answer(where, {}, mark, {}) for where, mark in annotations_of(self.board)]
        return [one.error for one in asked if one.error]

    def _offer(self, variable):
        """Return the values there are to choose from."""
        found = LABEL_VALUES.fullmatch(query_of(variable))
        chosen = Choice(variables_of(self.board), self.offered)
        selector = chosen.put_into(found["selector"], SPAN_SECONDS)
        series = self._watched.over(SPAN_SECONDS, self._moment, selector)
        return sorted({one["metric"].get(found["label"], "") for one in series})

    def _repeats(self, panel):
        name = panel.get("repeat")
        return [{name: [value]} for value in self.offered[name]] if name else [{}]

    def _answer(self, where, panel, target, chosen):
        choice = Choice(variables_of(self.board), self.offered, **chosen)
        expression = choice.put_into(target["expr"], SPAN_SECONDS, scrape_seconds(target))
        values = "".join(f" {name}={value}" for name, value in chosen.items())
        drawn_in = f"{panel.get('title')}{values}"
        answer = Answer(f"{where}{values}", drawn_in, panel, target)
        try:
            answer.series = self._ask(target, expression)
        except urllib.error.HTTPError as error:
            answer.error = f"{expression}: {error.read().decode()}"
        return answer

    def _ask(self, target, expression):
        if target.get("instant") and not target.get("range"):
            return self._watched.at(self._moment, expression)
        return self._watched.over(SPAN_SECONDS, self._moment, expression)


def scrape_seconds(target):
    """Return a query's least step, which stands for the scrape interval: here a second."""
    number, unit = re.fullmatch(r"(\d+)([smh])", target.get("interval") or "1s").groups()
    return int(number) * {"s": 1, "m": 60, "h": 3600}[unit]


def empty_panels(answers):
    """Return the titles of panels none of whose queries has an answer, and what went wrong."""
    filled = {one.drawn_in for one in answers if not one.empty}
    errors = {one.error for one in answers if one.error}
    return errors | {one.drawn_in for one in answers} - filled


def nameless(answers):
    """Return the queries whose legend names a label that their series lack."""
    return [
        answer.where
        for answer in answers
        for series in answer.series
        if not set(LEGEND_LABEL.findall(_legend(answer))) <= series["metric"].keys()
    ]


def twins(answers):
    """Return the lines of one panel that have one name; a table has no such names."""
    counts = Counter(
        f"{answer.drawn_in}: {name}"
        for answer in answers
        for name in _names(answer)
        if answer.panel["type"] != "table"
    )
    return [line for line, count in counts.items() if count > 1]


def colours_of_nothing(answers):
    """Return the settings by name, of graphs, for which there is no line."""
    names = {}
    for answer in answers:
        if answer.panel["type"] == "timeseries":
            names.setdefault(answer.panel["title"], (answer.panel, set()))[1].update(_names(answer))
    return [
        f"{title}: {override['matcher']['options']}"
        for title, (panel, drawn) in names.items()
        for override in panel["fieldConfig"]["overrides"]
        if override["matcher"]["id"] == "byName" and override["matcher"]["options"] not in drawn
    ]


def _names(answer):
    """Return the names that the legend gives its series."""
    return [_name(_legend(answer), series["metric"]) for series in answer.series]


def _name(legend, labels):
    return LEGEND_LABEL.sub(lambda label: labels.get(label[1], ""), legend)


def _legend(answer):
    return answer.target.get("legendFormat") or ""


def _has_number(series):
    samples = series.get("values") or [series["value"]]
    return any(not math.isnan(float(value)) for _, value in samples)
