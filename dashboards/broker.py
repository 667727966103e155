"""The Broker and Beat dashboard: has the broker room and is it quick, does Beat keep time.

What everything else rests on; canaries show that it works from end to end.
"""

from grafana_foundation_sdk.builders import stat, statetimeline, table, timeseries
from grafana_foundation_sdk.builders.dashboard import Dashboard

from dashboards import colours, panels
from dashboards.board import add_row, board
from dashboards.graphs import coloured, counted, graph, limited, unnamed
from dashboards.numbers import bare, number
from dashboards.promql import CRON, EACH, RATE_WINDOW, age, seen, series, sidecar_increase
from dashboards.queries import Query
from dashboards.scales import steps, words
from dashboards.tables import NAMESPACE, QUEUE, TASK, Column, rows_by
from dashboards.timelines import timeline
from dashboards.verdicts import beat, broker

USED, MAX = "headcount_broker_memory_used_bytes", "headcount_broker_memory_max_bytes"
UNLIMITED = -1
NO_CANARIES = {0: ("no canaries", "text")}
HEALTH = {0: ("not well", colours.BAD), 1: ("well", "semi-dark-green")}


def build() -> Dashboard:
    """Build the dashboard."""
    dashboard = board(
        "broker",
        "Broker and Beat",
        "The broker's room, speed and settings; Beat's pace and every cron job; canaries.",
    )
    add_row(dashboard, 3, *(verdict().span(3) for verdict in VERDICTS))
    add_row(dashboard, 7, _memory().span(8), panels.probe().span(8), _clients().span(8))
    add_row(dashboard, 7, _health().span(12), _lag().span(6), _evictions().span(6))
    add_row(dashboard, 8, _cron().span(24))
    add_row(dashboard, 6, _canaries().span(12), _round_trips().span(12))
    return dashboard


def _filled() -> stat.Panel:
    panel = number(
        "Memory",
        "Memory that the broker uses, as a share of what it may. Worry from 70 % on: a full broker "
        "refuses new jobs. No limit: the machine's memory is its limit.",
        f"max ({seen(USED)} / ({seen(MAX)} > 0)) or {UNLIMITED} * max ({seen(MAX)} == bool 0)",
    )
    panel.unit("percentunit").decimals(0).mappings(words({UNLIMITED: ("no limit", "text")}))
    return panel.thresholds(steps(colours.OK, (0.7, colours.WARN), (0.9, colours.BAD)))


def _evicted() -> stat.Panel:
    panel = bare(
        "Evicted",
        "Keys that the broker threw away within the time shown, to make room. Worry about any: a "
        "key is a whole queue, or all leases.",
        f"max ({sidecar_increase('headcount_broker_evicted_keys_total', by='namespace')})",
    )
    return panel.unit("locale").decimals(0).thresholds(steps(colours.OK, (0.5, colours.BAD)))


def _settings() -> stat.Panel:
    panel = number(
        "Settings",
        "Whether the broker's settings are safe for jobs: that it evicts nothing, and that it "
        "keeps what it has on disk. Unsafe: /health says which is not.",
        f"min ({seen('headcount_broker_config_ok', 'namespace, check')})",
    )
    return panel.mappings(words({0: ("unsafe", colours.BAD), 1: ("safe", colours.OK)}))


def _snapshot() -> stat.Panel:
    panel = bare(
        "Snapshot",
        "How old what the sidecars show is; they look at the broker every second. Worry from a "
        "minute on: every dashboard shows the past.",
        f"max ({age('headcount_snapshot_timestamp_seconds')})",
    )
    panel.unit("s").decimals(0)
    return panel.thresholds(steps(colours.OK, (30, colours.WARN), (60, colours.BAD)))


def _schedule_lag() -> stat.Panel:
    panel = number(
        "Schedule",
        "How late the most overdue scheduled job is that nobody has put into its queue. Worry from "
        "some seconds on: neither workers nor sidecars promote.",
        f"max ({series('headcount_schedule_lag_seconds')})",
    )
    panel.unit("s").decimals(0)
    return panel.thresholds(steps(colours.OK, (5, colours.WARN), (60, colours.BAD)))


def _missed() -> stat.Panel:
    panel = bare(
        "Missed",
        "Runs of cron jobs that were never enqueued, within the time shown. Worry about any: Beat "
        "or the broker was away for longer than the job's deadline.",
        f"sum ({sidecar_increase('headcount_cron_missed_total', by=CRON)})",
    )
    return panel.unit("locale").decimals(0).thresholds(steps(colours.OK, (0.5, colours.WARN)))


VERDICTS = (broker, _filled, _evicted, _settings, _snapshot, beat, _schedule_lag, _missed)


def _memory() -> timeseries.Panel:
    panel = graph(
        "Memory against limit",
        "Memory the broker uses, and the dashed limit beyond which it refuses new jobs; 0: it has "
        "none. Worry when it climbs without a backlog that explains it.",
        Query(f"max ({series(USED)})", "used"),
        Query(f"max ({series(MAX)})", "limit"),
    )
    shades = {"used": colours.PLAIN, "limit": colours.BAD}
    return limited(coloured(panel, shades), 1).unit("bytes")


def _clients() -> timeseries.Panel:
    panel = graph(
        "Clients",
        "Connections to the broker, of workers, sidecars, Beats and whoever enqueues. Worry when "
        "they climb without a deployment: something opens and never closes.",
        Query(f"max ({series('headcount_broker_clients')})", "clients"),
    )
    return unnamed(coloured(panel, {"clients": colours.PLAIN})).unit("locale")


def _health() -> statetimeline.Panel:
    return timeline(
        "Health checks",
        "Each check of /health over time. Worry about red: /health says what is wrong with it.",
        Query(f"min by (check) ({seen('headcount_health_ok', 'namespace, check')})", "{{check}}"),
        HEALTH,
    )


def _lag() -> timeseries.Panel:
    panel = graph(
        "Lateness",
        "How late the most overdue scheduled job is, and how long ago the lease that was renewed "
        "least recently was renewed. Worry when either only climbs.",
        Query(f"max ({series('headcount_schedule_lag_seconds')})", "schedule"),
        Query(f"max ({series('headcount_lease_oldest_age_seconds')})", "oldest lease"),
    )
    shades = {"schedule": colours.PLAIN, "oldest lease": colours.DISCARDED}
    return coloured(panel, shades).unit("s").axis_soft_max(5)


def _evictions() -> timeseries.Panel:
    evicted = sidecar_increase("headcount_broker_evicted_keys_total", RATE_WINDOW, "namespace")
    overflow = sidecar_increase("headcount_dead_overflow_total", RATE_WINDOW, EACH)
    panel = graph(
        "Evictions",
        "Keys the broker evicted, and dead jobs let go of because there were too many or for too "
        "long, in each interval. Worry about any eviction.",
        Query(f"sum ({evicted})", "evicted"),
        Query(f"sum ({overflow})", "dead jobs"),
    )
    shades = {"evicted": colours.BAD, "dead jobs": colours.WARN}
    return counted(coloured(panel, shades)).unit("locale").axis_soft_max(1)


def _cron() -> table.Panel:
    due = _of_cron("headcount_cron_next_due_timestamp_seconds")
    never = {0: ("never yet", "text")}
    return rows_by(
        (NAMESPACE, TASK),
        "Cron jobs",
        "Every cron job. Worry about overdue: Beat did not enqueue it; about a last success that "
        "is many of its intervals ago; and about missed runs.",
        Column("Every", _of_cron("headcount_cron_interval_seconds"), "s", decimals=0),
        Column("Due", f"{due} * 1000", "dateTimeFromNow"),
        Column(
            "Overdue",
            f"clamp_min (time() - {due}, 0)",
            "s",
            steps("text", (60, colours.WARN), (300, colours.BAD)),
            decimals=0,
        ),
        *(
            Column(
                f"Last {what}",
                f"{_of_cron(f'headcount_cron_last_{what}_timestamp_seconds')} * 1000 or 0 * {due}",
                "dateTimeFromNow",
                instead=never,
            )
            for what in ("dispatch", "success")
        ),
        Column(
            "In intervals",
            _intervals_without(due),
            thresholds=steps("text", (3, colours.WARN), (10, colours.BAD)),
            decimals=1,
        ),
        Column(
            "Missed",
            sidecar_increase("headcount_cron_missed_total", by=CRON),
            thresholds=steps("text", (0.5, colours.WARN)),
            decimals=0,
        ),
    )


def _of_cron(name: str) -> str:
    return seen(name, CRON)


def _intervals_without(due: str) -> str:
    """Divide the time since each cron job's last success by the time between its runs."""
    since = f"(time() - {_of_cron('headcount_cron_last_success_timestamp_seconds')})"
    return f"{since} / on ({CRON}) {_of_cron('headcount_cron_interval_seconds')} or 0 * {due}"


def _canaries() -> table.Panel:
    none = f"0 * {seen('headcount_queue_workers', EACH)}"
    success = seen("headcount_canary_last_success_timestamp_seconds", EACH)
    return rows_by(
        (NAMESPACE, QUEUE),
        "Canaries",
        "How long ago a canary last came back through each queue, where HEADCOUNT_CANARIES sends "
        "one a minute. Worry beyond a few minutes: jobs of that queue do not get through.",
        Column(
            "Last back, ago",
            f"time() - {success} or {none}",
            "s",
            steps("text", (180, colours.WARN), (600, colours.BAD)),
            instead=NO_CANARIES,
            decimals=0,
        ),
        Column("Round trip", f"{_round_trip(EACH)} or {none}", "s", instead=NO_CANARIES),
    )


def _round_trips() -> timeseries.Panel:
    none = f"0 * max by (queue) ({series('headcount_queue_workers')})"
    panel = graph(
        "Canary round trip",
        "Time from a canary's due time to its end, by queue. Worry when it nears the queue's "
        "objective: users' jobs wait like that too. 0 where there are no canaries.",
        Query(f"{_round_trip('queue')} or {none}", "{{queue}}"),
    )
    return coloured(panel, colours.QUEUES).unit("s")


def _round_trip(by: str) -> str:
    return seen("headcount_canary_round_trip_seconds", by)
