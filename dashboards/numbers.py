"""How single numbers look: large, coloured by whether they are well."""

from collections.abc import Mapping

from grafana_foundation_sdk.builders import common, stat
from grafana_foundation_sdk.models.common import BigValueColorMode, BigValueGraphMode

from dashboards import colours
from dashboards.backlog import GROWS, NONE
from dashboards.queries import Query, target
from dashboards.scales import steps, words
from dashboards.variables import DATASOURCE

TEXT_PIXELS = 28
WORDS_PIXELS = 22
"""For moments and words, which are longer than numbers."""

CLOCK = "dateTimeAsLocalNoDateIfToday"
"""Unit of moments: the time of day, with the date where that is another one."""

DRAINS_WORDS = {GROWS: ("never", colours.WARN)}
DRAINED_WORDS = {NONE: ("no backlog", colours.OK), GROWS: ("it grows", colours.WARN)}
LATE_WORDS = {NONE: ("in time", colours.OK), GROWS: ("before this", colours.BAD)}


def number(title: str, description: str, expression: str) -> stat.Panel:
    """Start a stat panel: the latest value, large, with its recent course behind it."""
    panel = _latest(title, description, Query(expression, title))
    return panel.graph_mode(BigValueGraphMode.AREA)


def bare(title: str, description: str, expression: str) -> stat.Panel:
    """Start a stat panel without a course: for ages, moments and what is dear to compute."""
    query = Query(expression, title, instant=True)
    return _latest(title, description, query).graph_mode(BigValueGraphMode.NONE)


def moment(
    title: str,
    description: str,
    expression: str,
    instead: Mapping[int, tuple[str, str]],
    colour: str,
) -> stat.Panel:
    """Start a stat panel for a time of day; ``instead``: the words for what is no time."""
    panel = bare(title, description, expression).mappings(words(instead)).unit(CLOCK)
    panel.text(common.VizTextDisplayOptions().value_size(WORDS_PIXELS))
    return panel.thresholds(steps(colour))


def _latest(title: str, description: str, query: Query) -> stat.Panel:
    return (
        stat.Panel()
        .title(title)
        .description(description)
        .datasource(DATASOURCE)
        .targets([target(query, 0)])
        .reduce_options(common.ReduceDataOptions().calcs(["lastNotNull"]))
        .color_mode(BigValueColorMode.VALUE)
        .text(common.VizTextDisplayOptions().value_size(TEXT_PIXELS))
        .thresholds(steps(colours.PLAIN))
    )
