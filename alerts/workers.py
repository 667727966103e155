"""Workers: are there any, do they get on, and what do their child processes die of?"""

from alerts.pace import Pace
from alerts.promql import EACH, seen
from alerts.queues import READY
from alerts.rule import Alert, Group

PROCESS = "namespace, job, instance"
"""One worker process, as Prometheus knows it."""

ANY_READY = f"sum by (namespace) ({READY})"


def group(pace: Pace) -> Group:
    """Return the rules at a pace."""
    alerts = (_missing, _unscraped, _silent, _stuck, _saturated, _children, _leases)
    return Group(
        "headcount-workers", "Are there workers, and do they get on?", [a(pace) for a in alerts]
    )


def _missing(pace: Pace) -> Alert:
    # None is left, though nothing waits: tickets only, since installations are scaled to zero on
    # purpose. Where jobs wait, HeadcountQueueWithoutWorkers pages.
    return Alert(
        "HeadcountWorkersMissing",
        "warning",
        pace("15m"),
        f"{seen('headcount_queue_workers')} == 0",
        "No live worker at all",
        """For 15 minutes the number of live workers has been {{ $value | humanize }}. Nothing waits
        for them yet, or HeadcountQueueWithoutWorkers fires too.""",
    )


def _unscraped(pace: Pace) -> Alert:
    # Workers are alive, but Prometheus does not reach them: jobs run, half of the dashboards are
    # empty, and alerts on what workers say of themselves cannot fire.
    return Alert(
        "HeadcountWorkersUnscraped",
        "warning",
        pace("10m"),
        f"""
        {seen("headcount_queue_workers")} > 0
        unless on (namespace) count by (namespace) (headcount_worker_slots)
        """,
        "Workers live, but their metrics are missing",
        """The broker knows {{ $value | humanize }} live workers of a queue, but Prometheus has
        scraped none of them for 10 minutes.""",
    )


def _silent(pace: Pace) -> Alert:
    return Alert(
        "HeadcountWorkerSilent",
        "warning",
        pace("2m"),
        f"""
        {seen("headcount_health_ok", check="workers")} == 0
        and on (namespace) {seen("headcount_broker_up")} == 1
        """,
        "A worker fell silent, or a queue has none",
        """The workers' health check has not been ok for 2 minutes (headcount_health_ok is
        {{ $value | humanize }}): a worker stopped reporting without a goodbye, or a queue has no
        live worker. /health says which.""",
    )


def _stuck(pace: Pace) -> Alert:
    # Its loop does not turn, though it does not drain (that loop waits for running jobs); or slots
    # are free and jobs wait in a queue it consumes (it counts receipts by queue, from zero), and
    # it has received none for minutes.
    return Alert(
        "HeadcountWorkerStuck",
        "critical",
        pace("2m"),
        f"""
        headcount_worker_loop_lag_seconds > {pace.seconds("1m"):g}
        and on ({PROCESS}) headcount_worker_draining == 0
        or
        0 * (headcount_worker_slots - headcount_worker_busy_slots > 0)
        and on ({PROCESS})
        count by ({PROCESS}) (
          rate(headcount_jobs_received_total[{pace("5m")}]) and on ({EACH}) {READY} > 0
        )
        and on ({PROCESS}) headcount_worker_draining == 0
        and on ({PROCESS})
        sum by ({PROCESS}) (rate(headcount_jobs_received_total[{pace("5m")}])) == 0
        """,
        "Worker {{ $labels.instance }} is alive but does nothing",
        """Worker {{ $labels.instance }} answers, but {{ if $value }}its loop has stood still for
        {{ $value | humanizeDuration }}.{{ else }}has taken no job for 5 minutes, although it has
        free slots and some wait.{{ end }}""",
    )


def _saturated(pace: Pace) -> Alert:
    window = pace("15m")
    return Alert(
        "HeadcountWorkersSaturated",
        "warning",
        pace("5m"),
        f"""
        sum by (namespace) (rate(headcount_worker_busy_seconds_total[{window}]))
        / sum by (namespace) (headcount_worker_slots)
        > 0.95
        and on (namespace) {ANY_READY} > 0
        """,
        "All slots of all workers are busy",
        """{{ $value | humanizePercentage }} of the workers' slots were busy over 15 minutes, and
        jobs wait. More load only waits longer: add workers.""",
    )


def _children(pace: Pace) -> Alert:
    killed = f'increase(headcount_worker_child_exits_total{{reason="killed"}}[{pace("15m")}])'
    return Alert(
        "HeadcountChildrenKilled",
        "warning",
        pace("1m"),
        f"sum by (namespace) ({killed}) >= 3",
        "Workers' child processes are killed",
        """{{ $value | printf "%.0f" }} child processes were killed in the last 15 minutes, most
        often because a job took more memory than there is. Each took an attempt along.""",
    )


def _leases(pace: Pace) -> Alert:
    expired = f"increase(headcount_leases_expired_total[{pace('15m')}])"
    return Alert(
        "HeadcountLeasesExpire",
        "warning",
        pace("1m"),
        f"max by ({EACH}) ({expired}) > 0",
        "Jobs of queue {{ $labels.queue }} were taken back from a silent worker",
        """{{ $value | printf "%.0f" }} jobs of queue {{ $labels.queue }} were taken back within 15
        minutes: a worker was killed, or frozen for longer than a lease, while it held them. They
        run again elsewhere.""",
        by_queue=True,
    )
