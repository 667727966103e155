"""How graphs over time look: legends, axes, colours, and where a click on a line leads.

Each function returns the SDK's builder, so that a dashboard goes on with its unit and width.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from grafana_foundation_sdk.builders import common, timeseries
from grafana_foundation_sdk.builders.dashboard import FieldColor
from grafana_foundation_sdk.models.common import (
    GraphDrawStyle,
    GraphGradientMode,
    GraphThresholdsStyleMode,
    LegendDisplayMode,
    LegendPlacement,
    ScaleDistribution,
    SortOrder,
    StackingMode,
    TooltipDisplayMode,
    VisibilityMode,
)
from grafana_foundation_sdk.models.dashboard import DynamicConfigValue, FieldColorModeId

from dashboards.queries import Query, letter, target
from dashboards.variables import DATASOURCE

PER_SECOND = "suffix:/s"
"""Unit of rates: the panel's title or description says of what."""


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
    panel = panel.line_width(0).fill_opacity(70).gradient_mode(GraphGradientMode.NONE)
    return panel.stacking(common.StackingConfig().mode(StackingMode.NORMAL))


def told_apart(panel: timeseries.Panel) -> timeseries.Panel:
    """Colour series by their order, where names are not known here: no two look alike."""
    return panel.color_scheme(FieldColor().mode(FieldColorModeId.PALETTE_CLASSIC))


def counted(panel: timeseries.Panel) -> timeseries.Panel:
    """Draw how many there were in each step as stacked bars: events that are rare."""
    return stacked(panel).draw_style(GraphDrawStyle.BARS)


def coloured(panel: timeseries.Panel, by_name: Mapping[str, str]) -> timeseries.Panel:
    """Give series their own colours, by the name in the legend."""
    for name, colour in by_name.items():
        panel.override_by_regexp(f"/^{name}$/", [_fixed(FieldColorModeId.FIXED, colour)])
    return panel


def shaded(panel: timeseries.Panel, by_query: Sequence[str]) -> timeseries.Panel:
    """Give each query's series shades of one colour, in the order of the queries."""
    for index, colour in enumerate(by_query):
        panel.override_by_query(letter(index), [_fixed(FieldColorModeId.SHADES, colour)])
    return panel


def limited(panel: timeseries.Panel, index: int) -> timeseries.Panel:
    """Draw the series of one query as thin dashes: what the others should stay below."""
    settings: Mapping[str, Any] = {
        "custom.lineStyle": {"fill": "dash", "dash": [8, 6]},
        "custom.lineWidth": 1,
        "custom.fillOpacity": 0,
        "custom.stacking": {"mode": StackingMode.NONE.value, "group": "A"},
    }
    values = [DynamicConfigValue(key, value) for key, value in settings.items()]
    return panel.override_by_query(letter(index), values)


def marked(panel: timeseries.Panel) -> timeseries.Panel:
    """Draw the panel's thresholds as dashed lines."""
    style = common.GraphThresholdsStyleConfig().mode(GraphThresholdsStyleMode.DASHED)
    return panel.thresholds_style(style)


def logarithmic(panel: timeseries.Panel) -> timeseries.Panel:
    """Give each power of ten the same height, where lines are far apart; 0 is at the bottom."""
    scale = common.ScaleDistributionConfig().type(ScaleDistribution.LOG).log(10)
    return panel.scale_distribution(scale)


def listed_beside(panel: timeseries.Panel) -> timeseries.Panel:
    """Put the legend to the right: long names below would take the graph's room."""
    return panel.legend(_legend().placement(LegendPlacement.RIGHT))


def unnamed(panel: timeseries.Panel) -> timeseries.Panel:
    """Leave out the legend: the panel's title names its only line."""
    return panel.legend(_legend().show_legend(False))


def leading(panel: timeseries.Panel, link: dict[str, Any]) -> timeseries.Panel:
    """Let a click on a line lead somewhere."""
    return panel.override_by_regexp("/.*/", [DynamicConfigValue("links", [link])])


def _legend() -> common.VizLegendOptions:
    placed = common.VizLegendOptions().placement(LegendPlacement.BOTTOM)
    return placed.display_mode(LegendDisplayMode.LIST).show_legend(True).calcs([])


def _tooltip() -> common.VizTooltipOptions:
    return common.VizTooltipOptions().mode(TooltipDisplayMode.MULTI).sort(SortOrder.DESCENDING)


def _fixed(mode: FieldColorModeId, colour: str) -> DynamicConfigValue:
    return DynamicConfigValue("color", {"mode": mode.value, "fixedColor": colour})
