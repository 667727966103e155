"""How state timelines look: a bar for each series, coloured by the state it was in."""

from collections.abc import Mapping

from grafana_foundation_sdk.builders import common, statetimeline
from grafana_foundation_sdk.models.common import (
    LegendDisplayMode,
    LegendPlacement,
    TooltipDisplayMode,
    VisibilityMode,
)

from dashboards.queries import Query, target
from dashboards.scales import steps, words
from dashboards.variables import DATASOURCE


def timeline(
    title: str, description: str, query: Query, states: Mapping[int, tuple[str, str]]
) -> statetimeline.Panel:
    """Start a state timeline; ``states``: value -> the state's name and colour."""
    legend = common.VizLegendOptions().placement(LegendPlacement.BOTTOM).show_legend(True)
    return (
        statetimeline.Panel()
        .title(title)
        .description(description)
        .datasource(DATASOURCE)
        .targets([target(query, 0)])
        .mappings(words(states))
        .thresholds(steps("text"))
        .fill_opacity(75)
        .line_width(0)
        .row_height(0.8)
        .merge_values(True)
        .show_value(VisibilityMode.NEVER)
        .legend(legend.display_mode(LegendDisplayMode.LIST))
        .tooltip(common.VizTooltipOptions().mode(TooltipDisplayMode.SINGLE))
    )
