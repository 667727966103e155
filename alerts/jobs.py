"""Jobs: how they end, and whether every one is accounted for."""

from alerts.pace import Pace
from alerts.promql import EACH, counted, ledger, seen
from alerts.rule import Alert, Group, Record, Rule

DEAD = "namespace_queue:headcount_jobs_dead:increase15m"
DEAD_RATIO = "namespace_queue:headcount_jobs_dead:ratio15m"
RETRIED = "namespace_queue:headcount_jobs_retried:increase15m"
RETRIED_RATIO = "namespace_queue:headcount_jobs_retried:ratio15m"


def group(pace: Pace) -> Group:
    """Return the rules at a pace."""
    alerts = (_failures, _retries, _dead_set, _hung, _drift)
    return Group(
        "headcount-jobs", "How jobs end.", [*_records(pace), *(one(pace) for one in alerts)]
    )


def _records(pace: Pace) -> list[Rule]:
    window = pace("15m")
    attempts = "headcount_jobs_processed_total"
    return [
        Record(DEAD, ledger("increase", window, "dead")),
        Record(DEAD_RATIO, f"{DEAD} / on ({EACH}) {ledger('increase', window, 'succeeded|dead')}"),
        Record(RETRIED, counted(attempts, "increase", window, outcome="retried")),
        Record(RETRIED_RATIO, f"{RETRIED} / on ({EACH}) {counted(attempts, 'increase', window)}"),
    ]


def _failures(pace: Pace) -> Alert:
    # Both a share and a number: one dead job of two is no trend. Dead are the outcomes failed,
    # timed_out, lost and unknown; an attempt that is retried has not ended its job.
    return Alert(
        "HeadcountFailuresHigh",
        "warning",
        pace("5m"),
        f"""
        {DEAD_RATIO} > 0.05
        and on ({EACH}) {DEAD} >= 5
        """,
        "Jobs of queue {{ $labels.queue }} fail for good",
        """{{ $value | humanizePercentage }} of the jobs of queue {{ $labels.queue }} that ended in
        the last 15 minutes are dead: they failed, timed out or were lost with no retries left.""",
        by_queue=True,
    )


def _retries(pace: Pace) -> Alert:
    return Alert(
        "HeadcountRetryStorm",
        "warning",
        pace("5m"),
        f"""
        {RETRIED_RATIO} > 0.5
        and on ({EACH}) {RETRIED} >= 20
        """,
        "Most attempts in queue {{ $labels.queue }} end in a retry",
        """{{ $value | humanizePercentage }} of the attempts of queue {{ $labels.queue }} that ended
        in the last 15 minutes will run again: its slots are busy with jobs that do not succeed.""",
        by_queue=True,
    )


def _dead_set(pace: Pace) -> Alert:
    return Alert(
        "HeadcountDeadSetGrowing",
        "warning",
        pace("5m"),
        f"""
        {ledger("increase", pace("6h"), "dead")} >= 20
        and on ({EACH}) {seen("headcount_queue_depth", EACH, state="dead")} >= 20
        """,
        "The dead set of queue {{ $labels.queue }} grows",
        """{{ $value | printf "%.0f" }} jobs of queue {{ $labels.queue }} died in the last 6 hours,
        and nobody has dealt with them.""",
        by_queue=True,
    )


def _hung(pace: Pace) -> Alert:
    return Alert(
        "HeadcountJobHung",
        "warning",
        pace("5m"),
        f"max by ({EACH}) (headcount_job_oldest_running_seconds) > {pace.seconds('1h'):g}",
        "A job of queue {{ $labels.queue }} does not end",
        """A job of queue {{ $labels.queue }} has been running for {{ $value | humanizeDuration }}.
        It holds a slot, and will hold it until it ends or has a time limit.""",
        by_queue=True,
    )


def _drift(pace: Pace) -> Alert:
    # Jobs of plain Celery clients count only once a worker has adopted them: hence the patience.
    return Alert(
        "HeadcountLedgerDrift",
        "warning",
        pace("10m"),
        f"{seen('headcount_ledger_drift', EACH)} != 0",
        "The ledger of queue {{ $labels.queue }} does not add up",
        """{{ $value | printf "%+.0f" }} jobs of queue {{ $labels.queue }} were enqueued but have
        neither ended nor are they waiting, scheduled or running (fewer than 0: the other way
        round). Something else writes to the broker, or it has lost data.""",
        by_queue=True,
    )
