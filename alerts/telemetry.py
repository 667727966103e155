"""What watches the rest: sidecars that report, snapshots that are fresh, series that are whole."""

from alerts.pace import Pace
from alerts.promql import EACH, seen
from alerts.rule import Alert, Group, Record, Rule

TARGET = "namespace, job, instance"
OPEN = "namespace:headcount_jobs_open:sum"
THERE = f"({seen('headcount_broker_up')} or count by (namespace) (headcount_worker_slots))"


def group(pace: Pace) -> Group:
    """Return the rules at a pace."""
    alerts = (_sidecars, _absent, _absent_with_work, _stale, _dropped)
    rules: list[Rule] = [_open(), *(alert(pace) for alert in alerts)]
    return Group("headcount-telemetry", "Can the rest be believed?", rules)


def _open() -> Record:
    # Recorded to be remembered: of the sidecars' own series, one that went an hour ago would still
    # tell of the jobs it saw.
    depth = 'headcount_queue_depth{state=~"ready|leased"}'
    return Record(OPEN, f"sum by (namespace) (max by ({EACH}, state) ({depth}))")


def _sidecars(pace: Pace) -> Alert:
    # Its targets are still to be scraped, or workers are, and none answers: not scaled down, but
    # broken.
    return Alert(
        "HeadcountSidecarMissing",
        "critical",
        pace("5m"),
        f"""
        (
          count by (namespace) (
            up == 0 and on ({TARGET}) count_over_time(headcount_broker_up[{pace("1d")}]) > 0
          )
          or
          count by (namespace) (headcount_worker_slots)
        )
        unless on (namespace) {seen("headcount_broker_up")}
        """,
        "No sidecar answers",
        """No sidecar has answered Prometheus for 5 minutes, though {{ $value | humanize }} of its
        targets or workers are still there. Until one does, no alert about queues, jobs or the
        broker can fire.""",
    )


def _absent(pace: Pace) -> Alert:
    # Missed for a day by its namespace; after that, or where nothing was ever seen, as a whole.
    known = f"count by (namespace) (last_over_time(headcount_broker_up[{pace('1d')}]))"
    return Alert(
        "HeadcountTelemetryAbsent",
        "warning",
        pace("15m"),
        f"""
        {known}
        unless on (namespace) {THERE}
        or on ()
        0 * (absent(headcount_broker_up) and on () absent(headcount_worker_slots))
        """,
        "Nothing of Headcount is left to be scraped",
        """For 15 minutes Prometheus has seen no series of Headcount. {{ if $value }}Sidecars that
        it had scraped within a day: {{ $value | humanize }}. Headcount was scaled to zero, or is
        not scraped any more.{{ else }}Nor had it scraped a sidecar within a day: Headcount does not
        run, or was never scraped.{{ end }}""",
    )


def _absent_with_work(pace: Pace) -> Alert:
    # Scaled to zero on purpose, it would have left nothing waiting or running behind.
    return Alert(
        "HeadcountTelemetryAbsent",
        "critical",
        pace("5m"),
        f"""
        last_over_time({OPEN}[{pace("1d")}]) > 0
        unless on (namespace) {THERE}
        """,
        "Headcount disappeared with jobs waiting or running",
        """For 5 minutes Prometheus has seen no series of Headcount; when last seen,
        {{ $value | humanize }} jobs were waiting or running.""",
    )


def _stale(pace: Pace) -> Alert:
    # Of one sidecar: it does not reach the broker, though another does, or it shows what was long
    # ago, by Prometheus's clock. Where none reaches the broker, that is HeadcountBrokerDown's.
    snapshot = "headcount_snapshot_timestamp_seconds"
    return Alert(
        "HeadcountTelemetryStale",
        "warning",
        pace("2m"),
        f"""
        (
          timestamp({snapshot}) - {snapshot} > {pace.seconds("1m"):g}
          or
          headcount_broker_up == 0
        )
        and on (namespace) {seen("headcount_broker_up")} == 1
        """,
        "What sidecar {{ $labels.instance }} shows is old",
        """The broker answers, but {{ if $value }}the newest snapshot that sidecar
        {{ $labels.instance }} shows of it is {{ $value | humanizeDuration }} old: one is taken
        every second.{{ else }}sidecar {{ $labels.instance }} does not reach it, and others
        do.{{ end }}""",
    )


def _dropped(pace: Pace) -> Alert:
    dropped = f"increase(headcount_series_dropped_total[{pace('15m')}])"
    return Alert(
        "HeadcountSeriesDropped",
        "warning",
        pace("5m"),
        f"sum by (namespace, metric) ({dropped}) > 0",
        "{{ $labels.metric }} has too many label values",
        """{{ $value | printf "%.0f" }} samples of {{ $labels.metric }} were filed under _other in
        15 minutes: there are more tasks or error types than a metric takes.""",
    )
