"""The Overview dashboard: are jobs accounted for, do they start in time, do they succeed.

Read from the top: one line of verdicts, then the queues, then how long jobs wait, how they
end, and the machinery that runs them. It fits on one screen of 1080 lines.
"""

from grafana_foundation_sdk.builders import table, timeseries
from grafana_foundation_sdk.builders.dashboard import Dashboard

from dashboards import colours
from dashboards.board import add_row, board
from dashboards.panels import PER_SECOND, Query, coloured, graph, shaded, stacked, steps
from dashboards.promql import (
    ledger_rate,
    or_idle_zero,
    quantile,
    queue_depth,
    seen,
    series,
    share_of_objective,
    worker_rate,
)
from dashboards.tables import Column, rows_by
from dashboards.verdicts import verdicts

OUTCOME_GROUPS = (
    ("succeeded", "succeeded", colours.OK),
    ("retried", "retried", colours.NOTICE),
    ("failed|timed_out|lost|unknown", "failed", colours.BAD),
    ("rejected|revoked|expired", "expired", colours.DISCARDED),
)
"""Outcomes, the one of them that is drawn while there are none, and the colour they shade."""
ENDED_STATES = "succeeded|dead|discarded|moved"
PERCENTILES = {"p50": 0.5, "p95": 0.95, "p99": 0.99}


def build() -> Dashboard:
    """Build the dashboard."""
    dashboard = board(
        "headcount-overview",
        "Headcount / Overview",
        "Background jobs at a glance: every one accounted for, started in time, and how it ended.",
    )
    add_row(dashboard, 3, *verdicts())
    add_row(dashboard, 6, _queues(), _depth(), _oldest_ready())
    add_row(dashboard, 5, _wait())
    add_row(dashboard, 6, _outcomes(), _failures(), _duration(), _flow())
    add_row(dashboard, 5, _slots(), _probe(), _cron())
    return dashboard


def _queues() -> table.Panel:
    late = steps("text", (0.5, colours.NOTICE), (1, colours.BAD))
    manned = steps(colours.BAD, (1, "text"))
    return rows_by(
        "queue",
        "Queues",
        "Every queue now. Objective: the age of the oldest ready job as a share of the time within "
        "which it should start. Worry about red: a job waits too long, or no worker is left.",
        *(_state_column(state) for state in ("ready", "scheduled", "leased")),
        Column("Dead", queue_depth("dead"), thresholds=steps("text", (1, colours.WARN))),
        Column("Oldest", seen("headcount_queue_oldest_ready_age_seconds", by="queue"), "s"),
        Column("Objective", share_of_objective(), "percentunit", late),
        Column("Workers", seen("headcount_queue_workers", by="queue"), thresholds=manned),
    ).span(13)


def _state_column(state: str) -> Column:
    return Column(state.capitalize(), queue_depth(state))


def _depth() -> timeseries.Panel:
    depth = f"sum by (state) ({seen('headcount_queue_depth', by='queue, state')})"
    panel = graph(
        "Queue depth by state",
        "Jobs of the chosen queues: ready to start, scheduled for later, leased by a worker, dead. "
        "Worry when ready climbs and stays, or dead climbs at all.",
        Query(depth, "{{state}}"),
    )
    return coloured(panel, colours.STATES).unit("locale").span(6)


def _oldest_ready() -> timeseries.Panel:
    panel = graph(
        "Oldest ready job",
        "How long the oldest job of each queue has been due. A slope of one second a second means "
        "that nothing is taken from the queue.",
        Query(seen("headcount_queue_oldest_ready_age_seconds", by="queue"), "{{queue}}"),
    )
    return coloured(panel, colours.QUEUES).unit("s").span(5)


def _wait() -> timeseries.Panel:
    panel = _quantiles(
        "Wait: $queue",
        "Time from when a job was due to when a slot began it; 0 while no job started. Worry when "
        "p99 stays above the queue's objective (the queues table has it).",
        "headcount_job_wait_seconds",
    )
    return panel.repeat("queue").repeat_direction("h").max_per_row(3).span(24)


def _duration() -> timeseries.Panel:
    return _quantiles(
        "Duration",
        "Time an attempt took, whatever its outcome; 0 while none ended. Worry about a step up "
        "without a change in the jobs: what they call has become slow.",
        "headcount_job_duration_seconds",
    ).span(5)


def _quantiles(title: str, description: str, histogram: str) -> timeseries.Panel:
    queries = [Query(quantile(share, histogram), name) for name, share in PERCENTILES.items()]
    return coloured(graph(title, description, *queries), colours.PERCENTILES).unit("s")


def _outcomes() -> timeseries.Panel:
    panel = graph(
        "Attempts by outcome",
        "How attempts ended, a second. Worry about red (no retries left: the job is dead) and "
        "about yellow that outgrows green (work is done again and again).",
        *(_outcome(outcomes, shown_when_idle) for outcomes, shown_when_idle, _ in OUTCOME_GROUPS),
    )
    shades = [colour for _, _, colour in OUTCOME_GROUPS]
    return shaded(stacked(panel), shades).unit(PER_SECOND).span(7)


def _outcome(outcomes: str, shown_when_idle: str) -> Query:
    rate = worker_rate("headcount_jobs_processed_total", by="outcome", outcome=outcomes)
    return Query(or_idle_zero(rate, "outcome", shown_when_idle), "{{outcome}}")


def _failures() -> timeseries.Panel:
    rate = worker_rate("headcount_job_failures_total", by="error_type")
    panel = graph(
        "Failures by error type",
        "Attempts that ended with an error, a second, whether retried or not. Worry about a new "
        "name, or one that grows with a deploy. none: no error was ever counted.",
        Query(or_idle_zero(rate, "error_type", "none"), "{{error_type}}"),
    )
    return stacked(panel).unit(PER_SECOND).span(7)


def _flow() -> timeseries.Panel:
    panel = graph(
        "Enqueued and ended",
        "Jobs that entered the ledger and jobs that left it, a second, in the whole cluster. Worry "
        "while ended stays below enqueued: a backlog grows.",
        Query(ledger_rate("enqueued"), "enqueued"),
        Query(ledger_rate(ENDED_STATES), "ended"),
    )
    return coloured(panel, colours.FLOW).unit(PER_SECOND).span(5)


def _slots() -> timeseries.Panel:
    panel = graph(
        "Slots",
        "Slots of all workers and those performing a job. Worry when busy touches slots while "
        "ready jobs grow, or when slots drop: workers are gone.",
        Query(f"sum ({series('headcount_worker_busy_slots')})", "busy"),
        Query(f"sum ({series('headcount_worker_slots')})", "slots"),
    )
    return coloured(panel, colours.SLOTS).unit("locale").span(4)


def _probe() -> timeseries.Panel:
    panel = graph(
        "Broker probe",
        "Time the slowest sidecar took to read the broker. Worry above 100 ms: every enqueue and "
        "every lease waits like that too. A gap: the broker was down.",
        Query(seen("headcount_broker_probe_seconds"), "probe"),
    )
    return coloured(panel, {"probe": colours.PLAIN}).unit("s").span(5)


def _cron() -> table.Panel:
    due = seen("headcount_cron_next_due_timestamp_seconds", by="task")
    succeeded = seen("headcount_cron_last_success_timestamp_seconds", by="task")
    late = steps("text", (60, colours.WARN), (300, colours.BAD))
    return rows_by(
        "task",
        "Cron jobs",
        "When each cron job is due next and when it last succeeded. Worry about overdue: Beat did "
        "not enqueue it; or about a last success that is older than the job's schedule allows.",
        Column("Due", f"{due} * 1000", "dateTimeFromNow"),
        Column("Overdue", f"clamp_min (time() - {due}, 0)", "s", late),
        Column("Succeeded", f"{succeeded} * 1000", "dateTimeFromNow"),
    ).span(15)
