"""The Workers dashboard: is a worker stuck, are there enough, what do their processes die of.

Workers are told apart by the address at which they are scraped.
"""

from grafana_foundation_sdk.builders import statetimeline, table, timeseries
from grafana_foundation_sdk.builders.dashboard import Dashboard

from dashboards import colours, panels
from dashboards.board import add_row, board
from dashboards.graphs import PER_SECOND, coloured, counted, graph, stacked, told_apart
from dashboards.promql import EACH, RATE_WINDOW, seen, series, total, worker_increase
from dashboards.queries import SETTLED, Query
from dashboards.scales import steps
from dashboards.tables import NAMESPACE, Column, Key, rows_by
from dashboards.timelines import timeline
from dashboards.worker_states import STATES, WORKER, worker_state
from dashboards.worker_verdicts import ALL_SLOTS, BUSY_SECONDS, worker_verdicts

EXITS = {
    "recycled": colours.OK,
    "error": colours.WARN,
    "timed_out": colours.NOTICE,
    "killed": colours.BAD,
}
VERSIONS = "version, celery_version"
EACH_WORKER = Key("instance", "Worker", 200)


def build() -> Dashboard:
    """Build the dashboard."""
    dashboard = board(
        "workers",
        "Workers",
        "Workers: whether any is stuck, how busy they are, what their child processes die of, and "
        "which versions run.",
    )
    add_row(dashboard, 3, *worker_verdicts())
    add_row(dashboard, 6, _workers())
    add_row(dashboard, 7, _states().span(12), panels.slots().span(6), _busy().span(6))
    add_row(dashboard, 7, _exits().span(6), _memory().span(6), _lag().span(6), _restarts().span(6))
    add_row(dashboard, 6, _by_queue().span(8), _received().span(8), _versions().span(8))
    return dashboard


def _workers() -> table.Panel:
    received = _per_worker(f"rate({series('headcount_jobs_received_total')}[{RATE_WINDOW}])")
    busy = _per_worker(f"rate({series(BUSY_SECONDS)}[{RATE_WINDOW}])")
    slots = _per_worker(series("headcount_worker_slots"))
    return rows_by(
        (NAMESPACE, EACH_WORKER),
        "Workers",
        "Every worker that Prometheus reaches. Stuck: its loop stands still, or it has free slots "
        "and takes nothing though jobs wait. Worry about red, and about memory that only grows.",
        Column("State", worker_state(), instead=STATES, pixels=130),
        Column("Slots", slots),
        Column("Busy", f"{busy} / ({slots} > 0)", "percentunit", decimals=0),
        Column("Takes", received, PER_SECOND, decimals=1, least_step=SETTLED),
        Column(
            "Loop lag",
            _per_worker(series("headcount_worker_loop_lag_seconds")),
            "s",
            steps("text", (5, colours.WARN), (60, colours.BAD)),
            decimals=1,
        ),
        Column("Memory", _per_worker(series("headcount_worker_memory_bytes")), "bytes", decimals=0),
        Column(
            "Killed", _exited("killed"), thresholds=steps("text", (0.5, colours.WARN)), decimals=0
        ),
    ).span(24)


def _per_worker(expression: str) -> str:
    return total(expression, WORKER)


def _exited(reason: str) -> str:
    return worker_increase("headcount_worker_child_exits_total", WORKER, reason=reason)


def _states() -> statetimeline.Panel:
    return timeline(
        "What each worker does",
        "Every worker's state over time: idle, working, all slots busy, draining, stuck. Worry "
        "about red, and about a bar that ends: that worker is gone.",
        Query(worker_state(), "{{instance}}"),
        STATES,
    )


def _busy() -> timeseries.Panel:
    busy = _per_worker(f"rate({series(BUSY_SECONDS)}[{RATE_WINDOW}])")
    slots = _per_worker(series("headcount_worker_slots"))
    panel = graph(
        "Busy share by worker",
        "Share of each worker's slots' time that was spent on jobs. Worry about one that stays at "
        "0 while others are busy, or all at 100 % while jobs wait.",
        Query(f"clamp_max ({busy} / ({slots} > 0), 1)", "{{instance}}"),
    )
    return told_apart(panel).unit("percentunit").axis_soft_max(1)


def _exits() -> timeseries.Panel:
    exits = f"increase({series('headcount_worker_child_exits_total')}[{RATE_WINDOW}])"
    panel = graph(
        "Child exits",
        "Child processes that ended in each interval. Recycled ones are normal; killed ones ran "
        "out of memory, most often, and took an attempt along.",
        Query(total(exits, "reason"), "{{reason}}"),
    )
    return counted(coloured(panel, EXITS)).unit("locale").axis_soft_max(1)


def _memory() -> timeseries.Panel:
    panel = graph(
        "Memory",
        "Resident memory of all workers' parents and children. Worry about a slope that does not "
        "end: a job leaks, and children should be recycled sooner.",
        Query(total(series("headcount_worker_memory_bytes"), "role"), "{{role}}"),
    )
    return coloured(stacked(panel), {"parent": "purple", "children": "blue"}).unit("bytes")


def _lag() -> timeseries.Panel:
    panel = graph(
        "Loop lag",
        "How late each worker's event loop turns. Worry above some seconds: it renews no leases "
        "and takes no jobs meanwhile.",
        Query(f"max by (instance) ({series('headcount_worker_loop_lag_seconds')})", "{{instance}}"),
    )
    return told_apart(panel).unit("s").axis_soft_max(1)


def _restarts() -> timeseries.Panel:
    info = series("headcount_worker_info")
    began = f"count ({info} unless {info} offset $__interval) or 0 * {ALL_SLOTS}"
    again = total(f"resets({series(BUSY_SECONDS)}[{RATE_WINDOW}])")
    panel = graph(
        "Starts",
        "Workers that began in each interval: new ones, and restarts at the same address. Worry "
        "about a series of them without a deployment: a worker crashes again and again.",
        Query(began, "new"),
        Query(again, "restarted"),
    )
    shades = {"new": colours.PLAIN, "restarted": colours.WARN}
    return counted(coloured(panel, shades)).unit("locale").axis_soft_max(1)


def _by_queue() -> timeseries.Panel:
    panel = graph(
        "Live workers by queue",
        "Workers that consume each queue and reported to the broker lately, scraped or not. 0: its "
        "jobs wait for ever.",
        Query(total(seen("headcount_queue_workers", EACH), "queue"), "{{queue}}"),
    )
    return coloured(panel, colours.QUEUES).unit("locale").axis_soft_max(1)


def _received() -> timeseries.Panel:
    panel = graph(
        "Jobs taken",
        "Jobs that each worker took from the queues, a second. Worry about one that takes none "
        "while others do.",
        Query(_per_worker_name(series("headcount_jobs_received_total")), "{{instance}}"),
    )
    return told_apart(panel).unit(PER_SECOND)


def _per_worker_name(counter: str) -> str:
    return total(f"rate({counter}[{RATE_WINDOW}])", "instance")


def _versions() -> table.Panel:
    return rows_by(
        (Key("version", "Headcount", 100), Key("celery_version", "Celery", 90)),
        "Versions running",
        "Workers by the versions they run. More than one row: a deployment is under way, or part "
        "of the workers missed it.",
        Column("Workers", f"count by ({VERSIONS}) ({series('headcount_worker_info')})"),
    )
