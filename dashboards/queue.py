"""The Queue dashboard: is it behind, since when, what fills it, and when will it have caught up.

Meant for one queue, which the Overview's links choose; with several, numbers are added up and
ages are the worst one's.
"""

from grafana_foundation_sdk.builders import heatmap, stat, table, timeseries
from grafana_foundation_sdk.builders.dashboard import Dashboard

from dashboards import colours, panels, verdicts
from dashboards.backlog import drains_in, earliest, late_since, latest, moment_after
from dashboards.board import add_row, board
from dashboards.graphs import PER_SECOND, coloured, counted, graph
from dashboards.heatmaps import lanes
from dashboards.numbers import DRAINED_WORDS, DRAINS_WORDS, LATE_WORDS, bare, moment, number
from dashboards.promql import (
    EACH,
    RATE_WINDOW,
    ledger_increase,
    queue_depth,
    seen,
    series,
    sidecar_increase,
    total,
    worker_rate,
)
from dashboards.queries import Query
from dashboards.scales import steps, words
from dashboards.tables import NAMESPACE, QUEUE, Column, rows_by

WAIT_BUCKETS = "headcount_job_wait_seconds_bucket"


def build() -> Dashboard:
    """Build the dashboard."""
    dashboard = board(
        "queue",
        "Queue",
        "One queue, or several: is it behind and since when, what its slots are busy with, how its "
        "jobs end, and when its backlog will be gone.",
    )
    add_row(dashboard, 3, *_verdicts())
    add_row(dashboard, 8, _wait_lanes().span(12), _wait().span(12))
    add_row(dashboard, 7, *_thirds(panels.oldest_ready(), panels.depth(), panels.flow()))
    kept_busy, ends, long = panels.slots_by_task(), panels.outcomes(), panels.duration()
    add_row(dashboard, 7, kept_busy.span(10), ends.span(7), long.span(7))
    add_row(dashboard, 6, *_thirds(panels.failures(), _again(), _taken_back()))
    add_row(dashboard, 6, _ledger().span(24))
    return dashboard


def _thirds(*row: timeseries.Panel) -> list[timeseries.Panel]:
    return [panel.span(8) for panel in row]


def _verdicts() -> list[stat.Panel]:
    row = (
        verdicts.worst_wait,
        _late_since,
        _ready,
        _drains_in,
        _drained_at,
        _busy,
        verdicts.dead,
        verdicts.drift,
    )
    return [verdict().span(3) for verdict in row]


def _late_since() -> stat.Panel:
    return moment(
        "Late since",
        "Since when the oldest ready job has always been older than the queue's objective allows, "
        "to the minute. Before this: since before the time shown.",
        earliest(late_since()),
        LATE_WORDS,
        colours.BAD,
    )


def _ready() -> stat.Panel:
    return number(
        "Ready jobs",
        "Jobs that are due and wait for a slot. A backlog that drains is harmless; worry when it "
        "grows for minutes.",
        total(queue_depth("ready")),
    ).unit("locale")


def _drains_in() -> stat.Panel:
    panel = bare(
        "Drains in",
        "How long the backlog will last if it goes on shrinking as over the last four scrapes; "
        "never: it grows. 0 while fewer jobs are ready than slots are there. Worry if it climbs.",
        latest(drains_in()),
    )
    panel.thresholds(steps(colours.OK, (1, colours.PLAIN)))
    return panel.unit("s").decimals(0).mappings(words(DRAINS_WORDS))


def _drained_at() -> stat.Panel:
    return moment(
        "Drained at",
        "When the backlog will be gone if it goes on shrinking as over the last four scrapes. "
        "Worry when that moves away from minute to minute.",
        moment_after(latest(drains_in())),
        DRAINED_WORDS,
        colours.PLAIN,
    )


def _busy() -> stat.Panel:
    leased, slots = total(queue_depth("leased")), total(seen("headcount_queue_slots", EACH))
    panel = number(
        "Slots busy",
        "Jobs of this queue that workers hold, as a share of the slots of its workers, which they "
        "share with other queues. Little, though jobs wait: queues before it have them.",
        f"{leased} / ({slots} > 0) or 0 * {slots}",
    )
    return panel.unit("percentunit").decimals(0).min(0).max(1)


def _wait_lanes() -> heatmap.Panel:
    return lanes(
        "Wait of every job",
        "Jobs that began, by how long after their due time: each lane is a bucket of waits, named "
        "by its upper bound, brighter where more jobs are. Worry when the bright band climbs.",
        total(f"increase({series(WAIT_BUCKETS)}[{RATE_WINDOW}])", "le"),
        "s",
    )


def _wait() -> timeseries.Panel:
    return panels.quantiles(
        "Wait",
        "Time from when a job was due to when a slot began it; 0 while no job began. Worry when "
        "p99 stays above the queue's objective (Oldest ready job has it).",
        "headcount_job_wait_seconds",
    )


def _again() -> timeseries.Panel:
    panel = graph(
        "Done again",
        "Attempts that will be made again, and jobs that workers received a second time because "
        "they were given back or taken back, a second. Worry when it nears what is enqueued.",
        Query(worker_rate("headcount_jobs_processed_total", outcome="retried"), "retried"),
        Query(worker_rate("headcount_jobs_received_total", redelivered="true"), "redelivered"),
    )
    return (
        coloured(panel, {"retried": colours.NOTICE, "redelivered": colours.DISCARDED})
        .unit(PER_SECOND)
        .axis_soft_max(1)
    )


def _taken_back() -> timeseries.Panel:
    expired = sidecar_increase("headcount_leases_expired_total", RATE_WINDOW)
    panel = graph(
        "Leases taken back",
        "Jobs taken back from workers that fell silent, in each interval. Worry about any: a "
        "worker was killed or frozen for longer than a lease.",
        Query(total(expired, "queue"), "{{queue}}"),
    )
    return counted(coloured(panel, colours.QUEUES)).unit("locale").decimals(0).axis_soft_max(1)


def _ledger() -> table.Panel:
    held = seen("headcount_queue_depth", f"{EACH}, state", state="ready|scheduled|leased")
    return rows_by(
        (NAMESPACE, QUEUE),
        "Ledger",
        "What came into the queue and what left it within the time shown, what it holds now, and "
        "the drift: jobs that are in neither. Worry about any drift that stays for minutes.",
        *(_counted(state) for state in ("enqueued", "succeeded", "dead", "discarded", "moved")),
        Column("Held", total(held, EACH)),
        Column(
            "Drift",
            f"max by ({EACH}) (abs ({series('headcount_ledger_drift')}))",
            thresholds=steps("text", (1, colours.BAD)),
        ),
    )


def _counted(state: str) -> Column:
    return Column(state.capitalize(), ledger_increase(state, EACH), decimals=0)
