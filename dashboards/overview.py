"""The Overview dashboard: are jobs accounted for, do they start in time, do they succeed.

Read from the top: one line of verdicts, then the queues and their error budgets, then since when,
what jobs come to, and the machinery that runs them. It fits on one screen of 1080 lines, and every
queue, task and verdict on it is a link to more.
"""

from grafana_foundation_sdk.builders import table, timeseries
from grafana_foundation_sdk.builders.dashboard import Dashboard
from grafana_foundation_sdk.models.dashboard import DynamicConfigValue

from dashboards import colours, links, panels
from dashboards.backlog import GROWS, NONE, drained_at
from dashboards.board import add_row, board
from dashboards.graphs import PER_SECOND, coloured, graph, leading, marked
from dashboards.numbers import CLOCK
from dashboards.promql import (
    CRON,
    EACH,
    ENDED,
    ledger_rate,
    quantile,
    queue_depth,
    seen,
    series,
    share_of_objective,
)
from dashboards.queries import SETTLED, Query
from dashboards.recorded import BURNING, alerts_since, budget_left, burn
from dashboards.scales import TIMES, steps, without_prefix
from dashboards.tables import NAMESPACE, QUEUE, Column, Key, budget_column, rows_by
from dashboards.verdicts import verdicts

UNMANNED = -1
"""Stands for the busy share of a queue that no worker consumes."""


def build() -> Dashboard:
    """Build the dashboard."""
    dashboard = board(
        "overview",
        "Overview",
        "Background jobs at a glance: every one accounted for, started in time, and how it ended.",
    )
    add_row(dashboard, 3, *verdicts())
    add_row(dashboard, 6, _queues(), _budgets())
    add_row(dashboard, 6, _lateness().span(8), _ready().span(8), _wait().span(8))
    ends = (panels.flow().span(7), panels.outcomes().span(7), panels.slots_by_task().span(10))
    add_row(dashboard, 5, *ends)
    add_row(dashboard, 5, _alerts(), panels.slots().span(3), panels.probe().span(3), _cron())
    return dashboard


def _queues() -> table.Panel:
    late = steps("text", (0.5, colours.NOTICE), (1, colours.BAD))
    slots = seen("headcount_queue_slots", EACH)
    busy = (
        f"{queue_depth('leased')} / on ({EACH}) ({slots} > 0) or {UNMANNED} * ({slots} == bool 0)"
    )
    return rows_by(
        (NAMESPACE, QUEUE),
        "Queues",
        "Every queue now. Late: the age of the oldest ready job as a share of the time within "
        "which it should start. Drained at: when the backlog will be gone if it goes on as just "
        "now. Busy: jobs that run, of the slots that the queue may use. Worry about red.",
        Column("Ready", queue_depth("ready")),
        Column("Oldest", seen("headcount_queue_oldest_ready_age_seconds", EACH), "s", decimals=0),
        Column("Late", share_of_objective(), "percentunit", late, decimals=0),
        Column("In", ledger_rate("enqueued", EACH), PER_SECOND, decimals=1, least_step=SETTLED),
        Column("Out", ledger_rate(ENDED, EACH), PER_SECOND, decimals=1, least_step=SETTLED),
        Column(
            "Drained at",
            drained_at(),
            CLOCK,
            pixels=100,
            instead={NONE: ("-", "text"), GROWS: ("grows", colours.WARN)},
        ),
        Column(
            "Busy",
            busy,
            "percentunit",
            decimals=0,
            instead={UNMANNED: ("no worker", colours.BAD)},
        ),
        Column("Dead", queue_depth("dead"), thresholds=steps("text", (1, colours.WARN))),
    ).span(15)


def _budgets() -> table.Panel:
    return rows_by(
        (NAMESPACE, QUEUE),
        "Error budget left",
        "What is left of 30 days' error budget: for jobs that begin late, and for jobs that end "
        "dead. Burns: how many times as fast as allowed it was spent in the last hour. Worry from "
        "14 on, and where little is left.",
        _budget_column("Late", "wait"),
        _budget_column("Dead", "success"),
        Column("Burns", f"max by ({EACH}) ({burn('1h')})", TIMES, BURNING, decimals=1),
    ).span(9)


def _budget_column(heading: str, sli: str) -> Column:
    return budget_column(heading, f"max by ({EACH}) ({budget_left(sli)})")


def _lateness() -> timeseries.Panel:
    share = f"max by (queue) ({share_of_objective()})"
    panel = graph(
        "Oldest ready job, of objective",
        "Age of each queue's oldest ready job as a share of the time within which it should start. "
        "Worry above the line at 100 %: jobs begin late. A steady slope: nothing is taken.",
        Query(share, "{{queue}}"),
    )
    panel = marked(panel.thresholds(steps("transparent", (1, colours.BAD)))).axis_soft_max(1.2)
    return leading(coloured(panel, colours.QUEUES), links.to_queue_of_line()).unit("percentunit")


def _ready() -> timeseries.Panel:
    panel = graph(
        "Ready jobs",
        "Jobs that are due and wait for a slot. A backlog that drains is harmless; worry when it "
        "grows for minutes. A click on a queue shows since when and what it is busy with.",
        Query(f"sum by (queue) ({queue_depth('ready')})", "{{queue}}"),
    )
    return leading(coloured(panel, colours.QUEUES), links.to_queue_of_line()).unit("locale")


def _wait() -> timeseries.Panel:
    panel = graph(
        "Wait, all but one in 20",
        "Within what time 95 % of the jobs that just began had begun, from when they were due; 0 "
        "while none did. Worry when it stays near the queue's objective.",
        Query(quantile(0.95, "headcount_job_wait_seconds", "queue"), "{{queue}}"),
    )
    return leading(coloured(panel, colours.QUEUES), links.to_queue_of_line()).unit("s")


def _alerts() -> table.Panel:
    panel = rows_by(
        (Key("alertname", "Alert", 170), Key("queue", "Queue", 70, links.to_queue_of_row())),
        "Alerts firing",
        "Headcount's alerts that fire now, and since when their condition holds. none: no alert "
        "fires. Worry about critical ones: they are pages.",
        Column("Since", alerts_since(), CLOCK, instead={0: ("-", "text")}),
    )
    short = DynamicConfigValue("mappings", without_prefix("Headcount"))
    return panel.override_by_name("Alert", [short]).span(8)


def _cron() -> table.Panel:
    due = f"min by (task) ({series('headcount_cron_next_due_timestamp_seconds')})"
    succeeded = seen("headcount_cron_last_success_timestamp_seconds", CRON)
    late = steps("text", (60, colours.WARN), (300, colours.BAD))
    return rows_by(
        (Key("task", "Task", link=links.to_task_of_row()),),
        "Cron jobs",
        "By how much each cron job is overdue, and when it last succeeded. Worry about overdue: "
        "Beat did not enqueue it; or about a success that is older than its schedule allows.",
        Column("Overdue", f"clamp_min (time() - {due}, 0)", "s", late, decimals=0),
        Column(
            "Succeeded",
            f"min by (task) ({succeeded}) * 1000 or 0 * {due}",
            "dateTimeFromNow",
            instead={0: ("never yet", "text")},
        ),
    ).span(10)
