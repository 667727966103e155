"""The schedule: Beat, cron jobs, and jobs that were to start later."""

from alerts.pace import Pace
from alerts.promql import EACH, age, seen
from alerts.rule import Alert, Group

EACH_ENTRY = "namespace, task"

NOT_CANARIES = '{task!~"workers.jobs.canary.*"}'
"""A Beat away for minutes misses theirs, and nobody misses them."""


def group(pace: Pace) -> Group:
    """Return the rules at a pace."""
    alerts = (_silent, _lag, _missed, _unsuccessful, _canary)
    return Group("headcount-beat", "Does the schedule hold?", [alert(pace) for alert in alerts])


def _silent(pace: Pace) -> Alert:
    # Silent, or never heard of although the sidecars would know of it.
    return Alert(
        "HeadcountBeatSilent",
        "critical",
        pace("3m"),
        f"""
        {age("headcount_beat_last_tick_timestamp_seconds")} > {pace.seconds("1m"):g}
        or
        0 * ({seen("headcount_broker_up")} == 1)
        unless on (namespace) {seen("headcount_beat_last_tick_timestamp_seconds")}
        """,
        "Beat does not tick",
        """{{ if $value }}Beat last reported {{ $value | humanizeDuration }} ago.{{ else }}Beat has
        never reported.{{ end }} No cron job is enqueued until one runs; one missed run of each is
        caught up then.""",
    )


def _lag(pace: Pace) -> Alert:
    return Alert(
        "HeadcountScheduleLags",
        "warning",
        pace("2m"),
        f"{seen('headcount_schedule_lag_seconds')} > {pace.seconds('30s'):g}",
        "Scheduled jobs are not put into their queues",
        """The most overdue scheduled job should have been in its queue {{ $value |
        humanizeDuration }} ago. Workers and sidecars promote due jobs; none does.""",
    )


def _missed(pace: Pace) -> Alert:
    missed = f"increase(headcount_cron_missed_total{NOT_CANARIES}[{pace('1h')}])"
    return Alert(
        "HeadcountCronMissed",
        "warning",
        pace("1m"),
        f"max by ({EACH_ENTRY}) ({missed}) > 0",
        "Runs of {{ $labels.task }} were never enqueued",
        """{{ $value | printf "%.0f" }} runs of {{ $labels.task }} were missed in the last hour:
        nothing enqueued them before the next was due.""",
    )


def _unsuccessful(pace: Pace) -> Alert:
    # Two intervals and ten minutes after the last success; one that never succeeded, after a run
    # that has had ten minutes for it. Not "the last run was ten minutes ago": a job that is
    # enqueued every minute would never say that.
    succeeded = seen("headcount_cron_last_success_timestamp_seconds", EACH_ENTRY)
    enqueued = "headcount_cron_last_dispatch_timestamp_seconds"
    return Alert(
        "HeadcountCronNotSucceeding",
        "warning",
        pace("5m"),
        f"""
        time() - {succeeded}
        > on ({EACH_ENTRY})
        2 * {seen("headcount_cron_interval_seconds", EACH_ENTRY)} + {pace.seconds("10m"):g}
        or
        0 * max by ({EACH_ENTRY}) ({enqueued} offset {pace("10m")})
        and on ({EACH_ENTRY}) max by ({EACH_ENTRY}) ({enqueued})
        unless on ({EACH_ENTRY}) {succeeded}
        """,
        "{{ $labels.task }} has not succeeded for too long",
        """{{ if $value }}{{ $labels.task }} last succeeded {{ $value | humanizeDuration }} ago:
        that is more than two of its intervals.{{ else }}{{ $labels.task }} has never succeeded,
        although a run of it was enqueued more than ten minutes ago.{{ end }}""",
    )


def _canary(pace: Pace) -> Alert:
    # One comes back every minute, unless it waits: so long as its queue's jobs may, and again.
    allowed = seen("headcount_slo_threshold_seconds", EACH, sli="wait")
    return Alert(
        "HeadcountCanaryOverdue",
        "critical",
        pace("2m"),
        f"""
        {age("headcount_canary_last_success_timestamp_seconds", EACH)}
        > on ({EACH})
        2 * {allowed} + {pace.seconds("3m"):g}
        """,
        "No canary comes back through queue {{ $labels.queue }}",
        """The last canary came back through queue {{ $labels.queue }} {{ $value | humanizeDuration
        }} ago. One is sent every minute: jobs of users do not come through either.""",
        by_queue=True,
    )
