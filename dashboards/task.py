"""The Task dashboard: which task takes the time, which fails, what runs now and since when.

The time shown is what its table adds up: of an hour or a day, as chosen.
"""

from collections.abc import Callable

from grafana_foundation_sdk.builders import table, timeseries
from grafana_foundation_sdk.builders.dashboard import Dashboard

from dashboards import colours, links, panels, variables
from dashboards.backlog import ALWAYS, NONE, exceeds_since
from dashboards.board import add_row, board
from dashboards.graphs import (
    PER_SECOND,
    coloured,
    graph,
    leading,
    logarithmic,
    stacked,
)
from dashboards.numbers import CLOCK
from dashboards.promql import largest, or_idle_zero, series, total, worker_increase, worker_rate
from dashboards.queries import Query
from dashboards.scales import steps
from dashboards.tables import QUEUE, TASK, Column, rows_by

SECONDS = "headcount_task_duration_seconds_sum"
ATTEMPTS = "headcount_task_duration_seconds_count"
CHOSEN = "$task"
BY = "queue, task"
FAILED = "failed|timed_out|lost|unknown"
NOT_WELL = f"{FAILED}|retried"


def build() -> Dashboard:
    """Build the dashboard."""
    dashboard = board(
        "task",
        "Task",
        "Tasks: which of them holds the slots, which is slow, which fails, and what runs now and "
        "since when.",
        variables.task(),
    )
    add_row(dashboard, 10, _tasks().span(24))
    rows = (
        (panels.slots_by_task(task=CHOSEN), _mean_over_time()),
        (_failing(), _starts()),
        (panels.outcomes(task=CHOSEN), _oldest_running(), _attempts()),
    )
    for row in rows:
        add_row(dashboard, 7, *(panel.span(24 // len(row)) for panel in row))
    return dashboard


def _tasks() -> table.Panel:
    running = total(series("headcount_jobs_running", task=CHOSEN), BY)
    return rows_by(
        (TASK, QUEUE),
        "Tasks",
        "Every task within the time shown, those that took most of it first. Never idle since: "
        "since when at least one attempt has always been running. Worry about one that has not "
        "been idle for longer than it should take, and about failures.",
        Column("Running", running),
        Column(
            "Never idle since",
            exceeds_since(running, "0", BY),
            CLOCK,
            instead={NONE: ("-", "text"), ALWAYS: ("before this", colours.NOTICE)},
            pixels=130,
        ),
        Column("Time", _sum(SECONDS), "s", decimals=0),
        Column("Share", _share(), "percentunit", steps(colours.PLAIN), bar_to=1, decimals=0),
        Column("Mean", _mean(), "s", decimals=2),
        Column("Attempts", _sum("headcount_jobs_started_total"), decimals=0),
        Column("Retried", _ended("retried"), decimals=0),
        Column("Failed", _ended(FAILED), thresholds=steps("text", (0.5, colours.BAD)), decimals=0),
        sorted_by="Time",
    )


def _sum(name: str) -> str:
    return worker_increase(name, BY, task=CHOSEN)


def _ended(outcomes: str) -> str:
    name = "headcount_jobs_processed_total"
    return worker_increase(name, BY, task=CHOSEN, outcome=outcomes)


def _share() -> str:
    """Divide by what all tasks of the chosen queues took, the chosen task or not."""
    return f"{_sum(SECONDS)} / on () group_left () ({worker_increase(SECONDS)} > 0)"


def _mean_seconds(added: Callable[..., str], by: str) -> str:
    seconds, attempts = (added(name, by, task=CHOSEN) for name in (SECONDS, ATTEMPTS))
    return f"{seconds} / ({attempts} > 0)"


def _mean() -> str:
    return f"{_mean_seconds(worker_increase, BY)} or 0 * {_sum(ATTEMPTS)}"


def _mean_over_time() -> timeseries.Panel:
    mean = panels.busiest(_mean_seconds(worker_rate, "task"), task=CHOSEN)
    panel = panels.by_task(
        "Mean duration",
        "How long an attempt took on average, of the eight tasks that held most slots; lines go on "
        "while none ends. Worry about a step up: what the task calls has become slow.",
        f"{or_idle_zero(mean, 'task', 'none')} unless on () sum ({_sum(ATTEMPTS)}) > 0",
    )
    return logarithmic(panel).span_nulls(True).unit("s")


def _failing() -> timeseries.Panel:
    attempts, labels = "headcount_jobs_processed_total", {"task": CHOSEN, "outcome": NOT_WELL}
    rank = f"({worker_increase(attempts, 'task', **labels)} > 0)"
    worst = largest(worker_rate(attempts, "task", **labels), "task", rank)
    panel = panels.by_task(
        "Failed attempts by task",
        "Attempts that did not succeed, a second, retried or not, of the eight tasks that fail "
        "most. Worry about the one that stands out. none: no attempt of any failed.",
        f"{or_idle_zero(worst, 'task', 'none')} unless on () sum {rank}",
    )
    return stacked(panel).unit(PER_SECOND)


def _starts() -> timeseries.Panel:
    starts = worker_rate("headcount_jobs_started_total", "task", task=CHOSEN)
    return panels.by_task(
        "Started",
        "Attempts that began, a second, of the eight tasks that held most slots. Worry about a "
        "task that should run and does not, or runs far more often than it used to.",
        panels.busiest(starts, task=CHOSEN),
    ).unit(PER_SECOND)


def _oldest_running() -> timeseries.Panel:
    panel = graph(
        "Longest running attempt",
        "How long the attempt that began first in each queue has been running, whatever its task; "
        "0 while none runs. Worry when it only climbs: a job hangs and holds a slot.",
        Query(f"max by (queue) ({series('headcount_job_oldest_running_seconds')})", "{{queue}}"),
    )
    return leading(coloured(panel, colours.QUEUES), links.to_queue_of_line()).unit("s")


def _attempts() -> timeseries.Panel:
    name = "headcount_job_attempts"
    jobs = worker_rate(f"{name}_count", "queue")
    panel = graph(
        "Attempts a job takes",
        "How many attempts jobs took that just ended, on average, whatever their task; 0 while "
        "none ended. 1 is best. Worry above 1.5: work is done again and again.",
        Query(f"{worker_rate(f'{name}_sum', 'queue')} / ({jobs} > 0) or 0 * {jobs}", "{{queue}}"),
    )
    return coloured(panel, colours.QUEUES).unit("locale").axis_soft_max(2)
