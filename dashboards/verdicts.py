"""The top line of the Overview: eight numbers, each coloured by whether it is well."""

from grafana_foundation_sdk.builders import stat
from grafana_foundation_sdk.models.common import BigValueGraphMode

from dashboards import colours, links
from dashboards.numbers import bare, number
from dashboards.promql import EACH, age, queue_depth, seen, series, share_of_objective, total
from dashboards.recorded import alerts_firing
from dashboards.scales import steps, words

BROKER = {
    0: ("down", colours.BAD),
    1: ("refuses", colours.BAD),
    2: ("up", colours.OK),
}
"""The broker answers, and takes jobs: one of two is as bad as neither."""


def verdicts() -> list[stat.Panel]:
    """Build the eight panels, which fill one row; a click on one leads to what is behind it."""
    panels = {
        alerts: "",
        worst_wait: "queue",
        dead: "queue",
        drift: "queue",
        workers: "workers",
        busy: "workers",
        broker: "broker",
        beat: "broker",
    }
    return [_leading(make().span(3), board) for make, board in panels.items()]


def _leading(panel: stat.Panel, board: str) -> stat.Panel:
    if not board:
        return panel
    return panel.data_links([links.of_panel(board)])


def alerts() -> stat.Panel:
    """Count alerts."""
    panel = number(
        "Alerts",
        "Headcount's alerts that fire now, whatever queue is chosen; the list is below. Worry from "
        "1 on: each of them links to its runbook.",
        alerts_firing(),
    )
    return panel.unit("locale").thresholds(steps(colours.OK, (1, colours.BAD)))


def worst_wait() -> stat.Panel:
    """Show the queue that is furthest behind."""
    panel = number(
        "Worst wait",
        "Age of the oldest ready job as a share of the time within which its queue's jobs should "
        "start; the worst queue. From 100 % on a job has missed it.",
        f"max ({share_of_objective()})",
    )
    panel.unit("percentunit").decimals(0)
    return panel.thresholds(steps(colours.OK, (0.5, colours.NOTICE), (1, colours.BAD)))


def dead() -> stat.Panel:
    """Count dead jobs."""
    panel = number(
        "Dead jobs",
        "Jobs that used up their retries and wait for a person. Worry when it grows: see "
        "headcount dead list.",
        total(queue_depth("dead")),
    )
    return panel.unit("locale").thresholds(steps(colours.OK, (1, colours.WARN)))


def drift() -> stat.Panel:
    """Show whether every job is accounted for."""
    panel = number(
        "Drift",
        "Ledger drift: jobs that were enqueued but neither ended nor wait nor run; the queue that "
        "is furthest off. Not 0 for minutes: jobs went missing or were counted twice.",
        f"max (abs ({series('headcount_ledger_drift')}))",
    )
    return panel.unit("locale").thresholds(steps(colours.OK, (1, colours.BAD)))


def workers() -> stat.Panel:
    """Count the workers of the queue that has the fewest."""
    panel = number(
        "Workers",
        "Live workers of the queue that has the fewest. 0: jobs of a queue wait for ever.",
        f"min ({seen('headcount_queue_workers', EACH)})",
    )
    return panel.unit("locale").thresholds(steps(colours.BAD, (1, colours.OK)))


def busy() -> stat.Panel:
    """Show how much of the workers is in use."""
    busy, slots = (series(f"headcount_worker_{kind}") for kind in ("busy_slots", "slots"))
    panel = number(
        "Slots busy",
        "Share of all workers' slots that perform a job. Near 100 % is good use, unless jobs wait "
        "longer than they should: then add workers.",
        f"{total(busy)} / ({total(slots)} > 0) or 0 * {total(slots)}",
    )
    return panel.unit("percentunit").decimals(0).min(0).max(1)


def broker() -> stat.Panel:
    """Say whether the broker answers."""
    up, writable = seen("headcount_broker_up"), seen("headcount_broker_writable")
    panel = number(
        "Broker",
        "Whether sidecars reach the broker. Down: nothing can be enqueued or started, and what "
        "else is said about queues is missing. Refuses: it can be read, but takes no jobs.",
        f"min ({up} + on (namespace) {writable} or {up})",
    ).graph_mode(BigValueGraphMode.NONE)
    return panel.mappings(words(BROKER)).no_value("no sidecar")


def beat() -> stat.Panel:
    """Show when Beat was last heard of."""
    panel = bare(
        "Beat tick",
        "Time since Beat last reported. Worry from a minute on: cron jobs are not being enqueued.",
        f"max ({age('headcount_beat_last_tick_timestamp_seconds')})",
    )
    panel.unit("s").decimals(0).no_value("no Beat")
    return panel.thresholds(steps(colours.OK, (60, colours.WARN), (300, colours.BAD)))
