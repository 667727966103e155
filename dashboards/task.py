"""The Task dashboard: which task takes the time, which fails, what runs now and since when.

The time shown is what its table adds up: of an hour or a day, as chosen.
"""

from collections.abc import Callable

from grafana_foundation_sdk.builders import table, timeseries
from grafana_foundation_sdk.builders.dashboard import Dashboard

from dashboards import colours, links, panels, variables
from dashboards.backlog import ALWAYS, NONE, exceeds_since
from dashboards.board import add_row, board
from dashboards.graphs import PER_SECOND, coloured, graph, leading, stacked, told_apart
from dashboards.numbers import CLOCK
from dashboards.panels import TASK_SECONDS, busiest_tasks
from dashboards.promql import or_idle_zero, series, total, worker_increase, worker_rate
from dashboards.queries import Query
from dashboards.scales import steps
from dashboards.tables import QUEUE, TASK, Column, rows_by

CHOSEN = "$task"
BY = "queue, task"
FAILED = "failed|timed_out|lost|unknown"
NOT_WELL = f"{FAILED}|retried"


def build() -> Dashboard:
    """Build the dashboard."""
    dashboard = board(
        "task",
        "Task",
        "Tasks: which of them takes the slots' time, which is slow, which fails, and what runs now "
        "and since when.",
        variables.task(),
    )
    add_row(dashboard, 10, _tasks().span(24))
    add_row(dashboard, 8, panels.slots_by_task(task=CHOSEN).span(12), _mean().span(12))
    add_row(
        dashboard,
        7,
        panels.outcomes(task=CHOSEN).span(8),
        _failing().span(8),
        _starts().span(8),
    )
    add_row(dashboard, 7, _running().span(8), _oldest_running().span(8), _attempts().span(8))
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
            instead={NONE: ("–", "text"), ALWAYS: ("before this", colours.NOTICE)},
            pixels=130,
        ),
        Column("Time", _sum("headcount_task_duration_seconds_sum"), "s", decimals=0),
        Column(
            "Share of time", _share(), "percentunit", steps(colours.PLAIN), bar_to=1, decimals=0
        ),
        Column("Mean", _mean_seconds(worker_increase, BY), "s", decimals=2),
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
    return f"{_sum(TASK_SECONDS)} / on () group_left () ({worker_increase(TASK_SECONDS)} > 0)"


def _mean_seconds(added: Callable[..., str], by: str) -> str:
    seconds = added("headcount_task_duration_seconds_sum", by, task=CHOSEN)
    attempts = added("headcount_task_duration_seconds_count", by, task=CHOSEN)
    return f"{seconds} / ({attempts} > 0) or 0 * {attempts}"


def _mean() -> timeseries.Panel:
    mean = _mean_seconds(worker_rate, "task")
    return _lines(
        "Mean duration",
        "How long an attempt took on average, of the ten tasks that took most of the time shown; 0 "
        "while none ended. Worry about a step up: what the task calls has become slow.",
        f"({mean})",
    ).unit("s")


def _failing() -> timeseries.Panel:
    rate = worker_rate("headcount_jobs_processed_total", "task", task=CHOSEN, outcome=NOT_WELL)
    panel = graph(
        "Failed attempts by task",
        "Attempts that did not succeed, a second, retried or not. Worry about the task that stands "
        "out. none: no attempt of any failed.",
        Query(or_idle_zero(f"topk(10, {rate} > 0)", "task", "none"), "{{task}}"),
    )
    return leading(told_apart(stacked(panel)), links.to_task_of_line()).unit(PER_SECOND)


def _starts() -> timeseries.Panel:
    starts = worker_rate("headcount_jobs_started_total", "task", task=CHOSEN)
    panel = _lines(
        "Started",
        "Attempts that began, a second, of the ten tasks that took most of the time shown. Worry "
        "about a task that should run and does not, or runs far more often than it used to.",
        starts,
    )
    return panel.unit(PER_SECOND)


def _running() -> timeseries.Panel:
    panel = _lines(
        "Running now",
        "Attempts being performed, of the ten tasks that took most of the time shown. A line that "
        "never comes down to 0 is a task that always runs, or one that hangs.",
        total(series("headcount_jobs_running", task=CHOSEN), "task"),
    )
    return panel.unit("locale")


def _lines(title: str, description: str, expression: str) -> timeseries.Panel:
    panel = graph(title, description, Query(busiest_tasks(expression, task=CHOSEN), "{{task}}"))
    return leading(told_apart(panel), links.to_task_of_line())


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
