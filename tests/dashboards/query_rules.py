"""Rules for what dashboards ask Prometheus. A rule returns what is wrong, naming the panel.

After Grafana's own dashboard-linter, as far as it fits; the rest is how series of this house are
to be read (``dashboards/promql.py``).
"""

import re
from dataclasses import fields

from service.broker.snapshot import LedgerCounts
from service.sidecar.collector import QUEUE_STATES
from service.telemetry.catalogue import SIDECAR_METRICS
from service.telemetry.events import ChildExit, Outcome
from tests.alerts.metric_use import COUNTING, SUFFIXES, labels_of, read_use
from tests.dashboards.boards import RECORDED, annotations_of, filters_of, targets_of

WINDOWED = re.compile(
    r"(\w+)\s*\(\s*(?:[\d.]+\s*,\s*)?([\w:]+)\s*(?:\{[^{}]*\})?\s*\[([^\]]*)\](\s*@\s*end\(\))?"
)
"""A function over a range: its name, the series', the window, and ``@ end()`` where it says so."""

SIDECAR_SERIES = {
    metric.name + suffix
    for metric in SIDECAR_METRICS.values()
    for suffix in SUFFIXES.get(metric.kind, ("",))
}
ADDED_UP = re.compile(
    r"\bsum\s*(?:(?:by|without)\s*\([^)]*\)\s*)?"
    r"\(\s*(?:(?:rate|increase)\s*\(\s*)?(headcount_\w+)"
)

VALUES = {
    "headcount_queue_depth": {"state": set(QUEUE_STATES)},
    "headcount_jobs_total": {"state": {field.name for field in fields(LedgerCounts)}},
    "headcount_jobs_processed_total": {"outcome": set(Outcome)},
    "headcount_job_duration_seconds_bucket": {"outcome": set(Outcome)},
    "headcount_worker_child_exits_total": {"reason": set(ChildExit)},
}
"""Series -> label -> its values, where those are a closed set and queries name some of them."""


def _queries(board):
    """Return (where, query) of panels and of marks across graphs."""
    return [(where, target) for where, _, target in targets_of(board)] + annotations_of(board)


def every_query_reads_the_chosen_data_source(board):
    wanted = {"type": "prometheus", "uid": "${datasource}"}
    return [
        f"{where}: its data source is fixed, not $datasource"
        for where, query in _queries(board)
        if query.get("datasource") != wanted
    ]


def queries_use_what_is_in_the_catalogue_or_recorded(board):
    return [
        f"{where}: {problem}"
        for where, query in _queries(board)
        for problem in read_use(query["expr"], RECORDED).problems
    ]


def values_that_queries_name_exist(board):
    """Find a misspelt one: its query is good, and empty for ever."""
    return [
        f"{where}: no {matcher.name} {value} of {selector.name}"
        for where, query in _queries(board)
        for selector in read_use(query["expr"], RECORDED).selectors
        for matcher in selector.matchers.matchers
        if matcher.name in VALUES.get(selector.name, ())
        for value in matcher.value.split("|")
        if value not in VALUES[selector.name][matcher.name]
    ]


def rates_look_back_as_far_as_scrapes_and_zoom_demand(board):
    return [
        f"{where}: {function} of {name} over [{window}]"
        for where, query in _queries(board)
        for function, name, window, at_end in WINDOWED.findall(query["expr"])
        if name not in RECORDED
        and window not in _windows(function, at_end or _is_asked_once(query))
    ]


def _is_asked_once(query):
    return query.get("instant") and not query.get("range")


def _windows(function, once):
    """A count over the whole chosen time is one number: no line of a graph can be that."""
    whole = {"$__range"} if once else set()
    looking_back = set() if function in COUNTING else {"$__interval"}
    return {"$__rate_interval"} | whole | looking_back


def queries_are_filtered_by_the_variables(board):
    """Hold a variable against every series that has its label.

    The chosen queues or tasks may be shown as a share of all, which stand beside them unfiltered;
    other installations' are never part of that.
    """
    names = [variable["name"] for variable in filters_of(board)]
    return [
        f"{where}: {series} is not filtered by ${name}"
        for where, query in _queries(board)
        for name in names
        for series in _unfiltered(query["expr"], name)
    ]


def _unfiltered(expression, name):
    selectors = read_use(expression, RECORDED).selectors
    having = [one for one in selectors if name in _filterable(one.name)]
    unfiltered = {one.name for one in having if not _is_filtered(one, name)}
    if name in ("queue", "task"):
        unfiltered -= {one.name for one in having if _is_filtered(one, name)}
    return sorted(unfiltered)


def _filterable(series):
    """Return the labels to filter by. An alert about no queue is about all of them."""
    alerts = series.startswith("ALERTS")
    return {"namespace"} if alerts else labels_of(series, RECORDED) or set()


def _is_filtered(selector, name):
    matchers = {matcher.name: matcher for matcher in selector.matchers.matchers}
    return name in matchers and matchers[name].value in (f"${name}", f"${{{name}}}")


def nothing_adds_up_what_several_sidecars_see_of_one_broker(board):
    return [
        f"{where}: {name} is seen by every sidecar: take its max"
        for where, query in _queries(board)
        for name in ADDED_UP.findall(query["expr"])
        if name in SIDECAR_SERIES
    ]


QUERY_RULES = (
    every_query_reads_the_chosen_data_source,
    queries_use_what_is_in_the_catalogue_or_recorded,
    values_that_queries_name_exist,
    rates_look_back_as_far_as_scrapes_and_zoom_demand,
    queries_are_filtered_by_the_variables,
    nothing_adds_up_what_several_sidecars_see_of_one_broker,
)
