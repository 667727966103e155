"""How tables look: one row for each value of a label, one column for each query."""

from dataclasses import dataclass

from grafana_foundation_sdk.builders import table
from grafana_foundation_sdk.builders.dashboard import ThresholdsConfig
from grafana_foundation_sdk.models.common import TableCellHeight
from grafana_foundation_sdk.models.dashboard import DataTransformerConfig, DynamicConfigValue
from grafana_foundation_sdk.models.prometheus import PromQueryFormat

from dashboards.panels import Query, letter, target
from dashboards.variables import DATASOURCE

KEY_PIXELS = {"queue": 68, "task": 330}
"""Width of the first column: the longest queue's name, and ``package.module.ClassName``."""

DATE_PIXELS = 140
"""Room for "a few seconds ago"."""

PIXELS_A_LETTER = 7
CELL_PADDING_PIXELS = 16


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its heading, the query that fills it, its unit and what its colours mean."""

    heading: str
    expression: str
    unit: str = "locale"
    thresholds: ThresholdsConfig | None = None


def rows_by(label: str, title: str, description: str, *columns: Column) -> table.Panel:
    """Start a table with a row for each value of ``label``, which every column's query keeps.

    ``label``: one of KEY_PIXELS.
    """
    panel = table.Panel().title(title).description(description).datasource(DATASOURCE)
    panel.cell_height(TableCellHeight.SM).unit("locale")
    key_width = DynamicConfigValue("custom.width", KEY_PIXELS[label])
    panel.override_by_name(label.capitalize(), [key_width])
    for index, column in enumerate(columns):
        query = target(Query(column.expression, ""), index)
        panel.with_target(query.format(PromQueryFormat.TABLE).instant())
        panel.override_by_name(column.heading, _settings(column))
    return panel.transformations([_merged(), _renamed(label, columns)])


def _merged() -> DataTransformerConfig:
    return DataTransformerConfig(id_val="merge", options={})


def _renamed(label: str, columns: tuple[Column, ...]) -> DataTransformerConfig:
    values = [f"Value #{letter(index)}" for index in range(len(columns))]
    names = {label: label.capitalize()}
    names.update(zip(values, (column.heading for column in columns), strict=True))
    return DataTransformerConfig(
        id_val="organize",
        options={
            "excludeByName": {"Time": True},
            "indexByName": {name: index for index, name in enumerate([label, *values])},
            "renameByName": names,
        },
    )


def _settings(column: Column) -> list[DynamicConfigValue]:
    settings = [
        DynamicConfigValue("unit", column.unit),
        _width(column),
    ]
    if column.thresholds is not None:
        settings.append(DynamicConfigValue("thresholds", column.thresholds.build()))
        settings.append(DynamicConfigValue("custom.cellOptions", {"type": "color-text"}))
    return settings


def _width(column: Column) -> DynamicConfigValue:
    """Keep room for dates and headings; Grafana's own least width, 150, is too much."""
    if column.unit == "dateTimeFromNow":
        return DynamicConfigValue("custom.width", DATE_PIXELS)
    heading_pixels = PIXELS_A_LETTER * len(column.heading) + CELL_PADDING_PIXELS
    return DynamicConfigValue("custom.minWidth", heading_pixels)
