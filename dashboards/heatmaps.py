"""How heatmaps of histograms look: one lane for each bucket, darker where more jobs are."""

from grafana_foundation_sdk.builders import heatmap
from grafana_foundation_sdk.models.common import AxisPlacement
from grafana_foundation_sdk.models.heatmap import HeatmapColorMode
from grafana_foundation_sdk.models.prometheus import PromQueryFormat

from dashboards.queries import Query, target
from dashboards.variables import DATASOURCE

LEAST_JOBS = 1e-9
"""A bucket with fewer is left empty: counts are estimates, and 0 may be a trifle more."""


def lanes(title: str, description: str, increase_by_le: str, unit: str) -> heatmap.Panel:
    """Start a heatmap of a histogram's increase by bucket."""
    query = target(Query(increase_by_le, "{{le}}"), 0).format(PromQueryFormat.HEATMAP)
    colour = heatmap.HeatmapColorOptions().mode(HeatmapColorMode.SCHEME).scheme("Blues")
    return (
        heatmap.Panel()
        .title(title)
        .description(description)
        .datasource(DATASOURCE)
        .targets([query])
        .max_data_points(120)
        .calculate(False)
        .cell_gap(1)
        .color(colour.exponent(0.5).steps(64))
        .filter_values(heatmap.FilterValueRange().le(LEAST_JOBS))
        .y_axis(heatmap.YAxisConfig().axis_placement(AxisPlacement.LEFT).unit(unit))
        .tooltip(heatmap.HeatmapTooltip().y_histogram(True))
        .unit(unit)
        .hide_legend()
    )
