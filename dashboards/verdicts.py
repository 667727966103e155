"""The top line of the Overview: eight numbers, each coloured by whether it is well."""

from grafana_foundation_sdk.builders import stat
from grafana_foundation_sdk.models.common import BigValueGraphMode

from dashboards import colours
from dashboards.panels import number, steps, switch
from dashboards.promql import queue_depth, seen, series, share_of_objective


def verdicts() -> list[stat.Panel]:
    """Build the eight panels, which fill one row."""
    return [
        _broker().span(3),
        _beat().span(3),
        _drift().span(3),
        _dead().span(3),
        _workers().span(3),
        _busy().span(3),
        _ready().span(3),
        _objective().span(3),
    ]


def _broker() -> stat.Panel:
    return switch(
        "Broker",
        "Whether any sidecar reaches the broker. Down: nothing can be enqueued or started, and "
        "what else this page says about queues is missing. No sidecar: nobody looks.",
        seen("headcount_broker_up"),
    ).no_value("no sidecar")


def _beat() -> stat.Panel:
    panel = number(
        "Beat tick",
        "Time since Beat last reported. Worry from a minute on: cron jobs are not being enqueued.",
        f"time() - {seen('headcount_beat_last_tick_timestamp_seconds')}",
    )
    panel.unit("s").decimals(0).no_value("no Beat").graph_mode(BigValueGraphMode.NONE)
    return panel.thresholds(steps(colours.OK, (60, colours.WARN), (300, colours.BAD)))


def _drift() -> stat.Panel:
    panel = number(
        "Drift",
        "Ledger drift: jobs that were enqueued but neither ended nor wait nor run; the queue that "
        "is furthest off. Not 0 for minutes: jobs went missing or were counted twice.",
        f"max (abs ({series('headcount_ledger_drift')}))",
    )
    return panel.unit("locale").thresholds(steps(colours.OK, (1, colours.BAD)))


def _dead() -> stat.Panel:
    panel = number(
        "Dead jobs",
        "Jobs that used up their retries and wait for a person. Worry when it grows: see "
        "headcount dead list.",
        f"sum ({queue_depth('dead')})",
    )
    return panel.unit("locale").thresholds(steps(colours.OK, (1, colours.WARN)))


def _workers() -> stat.Panel:
    panel = number(
        "Workers",
        "Live workers of the queue that has the fewest. 0: jobs of a queue wait for ever.",
        f"min ({seen('headcount_queue_workers', by='queue')})",
    )
    return panel.unit("locale").thresholds(steps(colours.BAD, (1, colours.OK)))


def _busy() -> stat.Panel:
    busy, slots = (series(f"headcount_worker_{kind}") for kind in ("busy_slots", "slots"))
    panel = number(
        "Slots busy",
        "Share of all workers' slots that perform a job. Near 100 % is good use, unless jobs wait "
        "longer than they should: then add workers.",
        f"sum ({busy}) / sum ({slots})",
    )
    return panel.unit("percentunit").decimals(0).min(0).max(1)


def _ready() -> stat.Panel:
    return number(
        "Ready jobs",
        "Jobs that are due and wait for a slot, over the chosen queues. A backlog that drains is "
        "harmless; worry when it grows for minutes.",
        f"sum ({queue_depth('ready')})",
    ).unit("locale")


def _objective() -> stat.Panel:
    panel = number(
        "Worst wait",
        "Age of the oldest ready job as a share of the time within which its queue's jobs should "
        "start; the worst queue. From 100 % on a job has missed it.",
        f"max ({share_of_objective()})",
    )
    panel.unit("percentunit").decimals(0)
    return panel.thresholds(steps(colours.OK, (0.5, colours.NOTICE), (1, colours.BAD)))
