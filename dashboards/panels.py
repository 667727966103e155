"""How stat and time series panels look: legends, axes, colours. Tables are in ``tables.py``.

Each function returns the SDK's builder, so that a dashboard goes on with its unit and width.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from grafana_foundation_sdk.builders import common, prometheus, stat, timeseries
from grafana_foundation_sdk.builders.dashboard import FieldColor, ThresholdsConfig
from grafana_foundation_sdk.models.common import (
    BigValueColorMode,
    BigValueGraphMode,
    GraphGradientMode,
    LegendDisplayMode,
    LegendPlacement,
    SortOrder,
    StackingMode,
    TooltipDisplayMode,
    VisibilityMode,
)
from grafana_foundation_sdk.models.dashboard import (
    DynamicConfigValue,
    FieldColorModeId,
    Threshold,
    ThresholdsMode,
    ValueMap,
    ValueMappingResult,
)

from dashboards import colours
from dashboards.variables import DATASOURCE

PER_SECOND = "suffix:/s"
"""Unit of rates: the panel's title or description says of what."""

STAT_TEXT_PIXELS = 28


@dataclass(frozen=True, slots=True)
class Query:
    """One PromQL expression and the name of its series, as Grafana's legend template."""

    expression: str
    legend: str


def graph(title: str, description: str, *queries: Query) -> timeseries.Panel:
    """Start a time series panel: lines from zero, legend below, every series in the tooltip."""
    panel = (
        timeseries.Panel()
        .title(title)
        .description(description)
        .datasource(DATASOURCE)
        .targets([target(query, index) for index, query in enumerate(queries)])
        .min(0)
        .line_width(1.5)
        .fill_opacity(8)
        .gradient_mode(GraphGradientMode.OPACITY)
        .show_points(VisibilityMode.NEVER)
        .color_scheme(FieldColor().mode(FieldColorModeId.PALETTE_CLASSIC_BY_NAME))
    )
    return panel.legend(_legend()).tooltip(_tooltip())


def stacked(panel: timeseries.Panel) -> timeseries.Panel:
    """Stack the series as areas without lines: the line of a series at 0 would hide the next."""
    panel = panel.line_width(0).fill_opacity(70)
    return panel.stacking(common.StackingConfig().mode(StackingMode.NORMAL))


def coloured(panel: timeseries.Panel, by_name: Mapping[str, str]) -> timeseries.Panel:
    """Give series their own colours, by the name in the legend."""
    for name, colour in by_name.items():
        panel.override_by_name(name, [_fixed(FieldColorModeId.FIXED, colour)])
    return panel


def shaded(panel: timeseries.Panel, by_query: Sequence[str]) -> timeseries.Panel:
    """Give each query's series shades of one colour, in the order of the queries."""
    for index, colour in enumerate(by_query):
        panel.override_by_query(letter(index), [_fixed(FieldColorModeId.SHADES, colour)])
    return panel


def number(title: str, description: str, expression: str) -> stat.Panel:
    """Start a stat panel: the latest value, large, with its recent course behind it."""
    return (
        stat.Panel()
        .title(title)
        .description(description)
        .datasource(DATASOURCE)
        .targets([target(Query(expression, title), 0)])
        .reduce_options(common.ReduceDataOptions().calcs(["lastNotNull"]))
        .color_mode(BigValueColorMode.VALUE)
        .graph_mode(BigValueGraphMode.AREA)
        .text(common.VizTextDisplayOptions().value_size(STAT_TEXT_PIXELS))
        .thresholds(steps(colours.PLAIN))
    )


def switch(title: str, description: str, expression: str) -> stat.Panel:
    """Start a stat panel for a 1 or 0: "up" or "down"."""
    words = {
        "0": ValueMappingResult(text="down", color=colours.BAD, index=0),
        "1": ValueMappingResult(text="up", color=colours.OK, index=1),
    }
    panel = number(title, description, expression).mappings([ValueMap(words)])
    return panel.graph_mode(BigValueGraphMode.NONE)


def steps(lowest: str, *above: tuple[float, str]) -> ThresholdsConfig:
    """Colour values: ``lowest`` from the bottom, then each colour from its value on."""
    scale = [Threshold(None, lowest), *(Threshold(value, colour) for value, colour in above)]
    return ThresholdsConfig().mode(ThresholdsMode.ABSOLUTE).steps(scale)


def target(query: Query, index: int) -> prometheus.Dataquery:
    """Build the query with this place in its panel: 0 is A."""
    return (
        prometheus.Dataquery()
        .datasource(DATASOURCE)
        .ref_id(letter(index))
        .expr(query.expression)
        .legend_format(query.legend)
        .range()
    )


def letter(index: int) -> str:
    """Return Grafana's name of a panel's query: 0 is A."""
    return chr(ord("A") + index)


def _legend() -> common.VizLegendOptions:
    placed = common.VizLegendOptions().placement(LegendPlacement.BOTTOM)
    return placed.display_mode(LegendDisplayMode.LIST).show_legend(True).calcs([])


def _tooltip() -> common.VizTooltipOptions:
    return common.VizTooltipOptions().mode(TooltipDisplayMode.MULTI).sort(SortOrder.DESCENDING)


def _fixed(mode: FieldColorModeId, colour: str) -> DynamicConfigValue:
    return DynamicConfigValue("color", {"mode": mode.value, "fixedColor": colour})
