"""A panel's queries, as every kind of panel takes them."""

from dataclasses import dataclass

from grafana_foundation_sdk.builders import prometheus

from dashboards.variables import DATASOURCE

SETTLED = "30s"
"""Least step of queries whose rates should be steady rather than fresh: ``$__rate_interval`` is
four times as long."""


@dataclass(frozen=True, slots=True)
class Query:
    """One PromQL expression and the name of its series, as Grafana's legend template."""

    expression: str
    legend: str = ""
    least_step: str = ""
    instant: bool = False
    """Ask for the latest value only, where the course of values says nothing."""


def target(query: Query, index: int) -> prometheus.Dataquery:
    """Build the query with this place in its panel: 0 is A."""
    built = prometheus.Dataquery().datasource(DATASOURCE).ref_id(letter(index))
    built.expr(query.expression).legend_format(query.legend)
    built = built.instant() if query.instant else built.range()
    return built.interval(query.least_step) if query.least_step else built


def letter(index: int) -> str:
    """Return Grafana's name of a panel's query: 0 is A."""
    return chr(ord("A") + index)
