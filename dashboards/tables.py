"""How tables look: one row for each value of some labels, one column for each query."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from grafana_foundation_sdk.builders import common, table
from grafana_foundation_sdk.builders.dashboard import ThresholdsConfig
from grafana_foundation_sdk.models.common import TableCellHeight
from grafana_foundation_sdk.models.dashboard import DataTransformerConfig, DynamicConfigValue
from grafana_foundation_sdk.models.prometheus import PromQueryFormat

from dashboards import colours, links
from dashboards.queries import Query, letter, target
from dashboards.scales import steps, words
from dashboards.variables import DATASOURCE

PIXELS_A_LETTER = 7.5
CELL_PADDING_PIXELS = 16
NAME_PIXELS = 90
"""Room for the names of queues and most namespaces."""

DATE_PIXELS = 140
"""Room for "a few seconds ago"."""


@dataclass(frozen=True, slots=True)
class Key:
    """A label whose values the rows are; ``link``: where a click on one leads."""

    label: str
    heading: str
    pixels: int = 0
    link: dict[str, Any] | None = None


NAMESPACE = Key("namespace", "Namespace")
"""Where Prometheus knows no namespaces, there is no such column."""

QUEUE = Key("queue", "Queue", NAME_PIXELS, links.to_queue_of_row())
TASK = Key("task", "Task", 320, links.to_task_of_row())


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its heading, the query that fills it, its unit and what its colours mean.

    ``instead``: words for some values. ``bar_to``: draw bars from 0 to this value.
    """

    heading: str
    expression: str
    unit: str = "locale"
    thresholds: ThresholdsConfig | None = None
    instead: Mapping[int, tuple[str, str]] = field(default_factory=dict)
    bar_to: float | None = None
    decimals: int | None = None
    pixels: int = 0
    least_step: str = ""


def rows_by(
    keys: tuple[Key, ...],
    title: str,
    description: str,
    *columns: Column,
    sorted_by: str = "",
) -> table.Panel:
    """Start a table with a row for each value of the keys' labels, which every query keeps.

    ``sorted_by``: heading of a column whose largest values come first.
    """
    panel = table.Panel().title(title).description(description).datasource(DATASOURCE)
    panel.cell_height(TableCellHeight.SM).unit("locale")
    _set_keys(panel, keys)
    for index, column in enumerate(columns):
        query = target(Query(column.expression, least_step=column.least_step), index)
        panel.with_target(query.format(PromQueryFormat.TABLE).instant())
        panel.override_by_name(column.heading, _settings(column))
    if sorted_by:
        panel.sort_by([common.TableSortByFieldState().display_name(sorted_by).desc(True)])
    return panel.transformations([_merged(), _renamed(keys, columns)])


def budget_column(heading: str, left: str) -> Column:
    """Draw what is left of error budgets as bars; what is overdrawn is spent."""
    return Column(
        heading,
        f"clamp_min ({left}, 0)",
        "percentunit",
        steps(colours.WARN, (0.25, colours.OK)),
        {0: ("spent", colours.BAD)},
        bar_to=1,
        decimals=0,
    )


def _set_keys(panel: table.Panel, keys: tuple[Key, ...]) -> None:
    if NAMESPACE in keys:  # which may not be there to be set by itself
        names = f"/^({NAMESPACE.heading}|{keys[-1].heading})$/"
        width = "custom.width" if QUEUE in keys else "custom.minWidth"
        panel.override_by_regexp(names, [DynamicConfigValue(width, NAME_PIXELS)])
    for key in keys:
        if key.pixels:
            panel.override_by_name(key.heading, [DynamicConfigValue("custom.width", key.pixels)])
        if key.link:
            panel.override_by_name(key.heading, [DynamicConfigValue("links", [key.link])])


def _merged() -> DataTransformerConfig:
    return DataTransformerConfig(id_val="merge", options={})


def _renamed(keys: tuple[Key, ...], columns: tuple[Column, ...]) -> DataTransformerConfig:
    several = len(columns) > 1
    values = [f"Value #{letter(index)}" if several else "Value" for index in range(len(columns))]
    names = {key.label: key.heading for key in keys}
    names.update(zip(values, (column.heading for column in columns), strict=True))
    return DataTransformerConfig(
        id_val="organize",
        options={
            "excludeByName": {"Time": True},
            "indexByName": {name: index for index, name in enumerate(names)},
            "renameByName": names,
        },
    )


def _settings(column: Column) -> list[DynamicConfigValue]:
    settings: dict[str, Any] = {"unit": column.unit, **_width(column)}
    if column.decimals is not None:
        settings["decimals"] = column.decimals
    if column.instead:
        settings["mappings"] = words(column.instead)
    if column.thresholds is not None or column.instead:
        settings["thresholds"] = (column.thresholds or steps("text")).build()
        settings["custom.cellOptions"] = {"type": "color-text"}
    if column.bar_to is not None:
        bar = {"type": "gauge", "mode": "basic", "valueDisplayMode": "color"}
        settings |= {"min": 0, "max": column.bar_to, "custom.cellOptions": bar}
    return [DynamicConfigValue(key, value) for key, value in settings.items()]


def _width(column: Column) -> dict[str, int]:
    """Keep room for dates and headings; Grafana's own least width, 150, is too much."""
    if column.pixels:
        return {"custom.width": column.pixels}
    if column.unit == "dateTimeFromNow":
        return {"custom.width": DATE_PIXELS}
    return {"custom.minWidth": round(PIXELS_A_LETTER * len(column.heading)) + CELL_PADDING_PIXELS}
