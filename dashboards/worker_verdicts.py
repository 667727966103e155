"""The top line of the Workers dashboard: seven numbers on all workers together."""

from grafana_foundation_sdk.builders import stat

from dashboards import colours
from dashboards.numbers import bare, number
from dashboards.promql import series, total, worker_increase, worker_rate
from dashboards.scales import steps
from dashboards.worker_states import STUCK, worker_state

BUSY_SECONDS = "headcount_worker_busy_seconds_total"
ALL_SLOTS = total(series("headcount_worker_slots"))


def worker_verdicts() -> list[stat.Panel]:
    """Build the seven panels, which fill one row."""
    short = (_stuck, _draining, _live, _share_busy)
    long = (_hung, _killed, _reconnects)
    return [make().span(3) for make in short] + [make().span(4) for make in long]


def _stuck() -> stat.Panel:
    panel = number(
        "Stuck",
        "Workers that are stuck: their loop stands still, or they have free slots and take nothing "
        "though jobs wait. Worry from 1 on; the table below says which.",
        f"count ({worker_state()} == {STUCK}) or 0 * {ALL_SLOTS}",
    )
    return panel.unit("locale").thresholds(steps(colours.OK, (1, colours.BAD)))


def _draining() -> stat.Panel:
    return number(
        "Draining",
        "Workers that take no new jobs and finish what they have. Some during a deployment; worry "
        "about one that drains for longer than its jobs take.",
        total(series("headcount_worker_draining")),
    ).unit("locale")


def _live() -> stat.Panel:
    panel = number(
        "Scraped",
        "Workers that Prometheus reaches. Worry when they are fewer than the live ones below: what "
        "the others do is not on any dashboard.",
        f"count ({series('headcount_worker_slots')}) or 0 * max ({series('headcount_broker_up')})",
    )
    return panel.unit("locale").thresholds(steps(colours.BAD, (1, colours.OK)))


def _share_busy() -> stat.Panel:
    panel = number(
        "Busy",
        "Share of all slots' time that was spent on jobs. Near 100 % is good use, unless jobs wait "
        "longer than they should: then add workers.",
        f"clamp_max ({worker_rate(BUSY_SECONDS)} / ({ALL_SLOTS} > 0), 1) or 0 * {ALL_SLOTS}",
    )
    return panel.unit("percentunit").decimals(0).min(0).max(1)


def _hung() -> stat.Panel:
    panel = number(
        "Longest running",
        "How long the attempt that began first has been running, of all workers. Worry beyond an "
        "hour, or what your longest job takes: it holds a slot until it ends.",
        f"max ({series('headcount_job_oldest_running_seconds')})",
    )
    return panel.unit("s").decimals(0).thresholds(steps(colours.OK, (3600, colours.WARN)))


def _killed() -> stat.Panel:
    panel = bare(
        "Children killed",
        "Child processes that were killed within the time shown, most often for want of memory. "
        "Each took an attempt along. Worry about more than a few.",
        worker_increase("headcount_worker_child_exits_total", reason="killed"),
    )
    panel.unit("locale").decimals(0)
    return panel.thresholds(steps(colours.OK, (0.5, colours.WARN)))


def _reconnects() -> stat.Panel:
    panel = bare(
        "Reconnects",
        "Times that workers lost the broker and found it again, within the time shown. Worry when "
        "it grows while the broker is well: look at the network between them.",
        worker_increase("headcount_broker_reconnects_total"),
    )
    panel.unit("locale").decimals(0)
    return panel.thresholds(steps(colours.OK, (0.5, colours.NOTICE)))
