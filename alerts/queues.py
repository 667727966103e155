"""Queues: do jobs get started, and will what waits ever be done?

What jobs came to is read from the ledger: it is counted in the broker, has every state from the
start, and outlives workers.
"""

from alerts.pace import Pace
from alerts.promql import EACH, counted, ledger, seen
from alerts.rule import Alert, Group, Record, Rule

READY = "namespace_queue:headcount_queue_ready:max"
WORKERS = "namespace_queue:headcount_queue_workers:max"
ENDED = "namespace_queue:headcount_jobs_ended:rate3m"
PROCESSED = "namespace_queue:headcount_jobs_processed:rate3m"
BACKLOG = 100
"""Ready jobs below this are gone in a moment, whatever the trend."""


def group(pace: Pace) -> Group:
    """Return the rules at a pace."""
    return Group("headcount-queues", "Do jobs get started?", [*_records(pace), *_alerts(pace)])


def _records(pace: Pace) -> list[Rule]:
    all_ends = "succeeded|dead|discarded|moved"
    return [
        Record(READY, seen("headcount_queue_depth", EACH, state="ready")),
        Record(WORKERS, seen("headcount_queue_workers", EACH)),
        Record(ENDED, ledger("rate", pace("3m"), all_ends)),
        Record(PROCESSED, counted("headcount_jobs_processed_total", "rate", pace("3m"))),
    ]


def _alerts(pace: Pace) -> list[Rule]:
    return [_stalled(pace), _without_workers(pace), _oldest(pace), _will_not_drain(pace)]


def _stalled(pace: Pace) -> Alert:
    # An attempt that ended to be retried is progress too: the ledger does not see it, the
    # workers' counters do. A queue of which no job is leased while jobs of others end awaits its
    # turn, since priority is strict; a worker with free slots that leaves it lying is
    # HeadcountWorkerStuck's.
    return Alert(
        "HeadcountQueueStalled",
        "critical",
        pace("5m"),
        f"""
        {READY} > 0
        and on ({EACH}) {WORKERS} > 0
        unless on ({EACH}) ({ENDED} > 0 or {PROCESSED} > 0)
        unless on ({EACH}) (
          {seen("headcount_queue_depth", EACH, state="leased")} == 0
          and on (namespace) sum by (namespace) ({ENDED}) > 0
        )
        """,
        "Queue {{ $labels.queue }} stands still",
        """{{ $value | humanize }} jobs of queue {{ $labels.queue }} are ready and it has live
        workers, but no attempt has ended for at least 5 minutes.""",
        by_queue=True,
    )


def _without_workers(pace: Pace) -> Alert:
    return Alert(
        "HeadcountQueueWithoutWorkers",
        "critical",
        pace("3m"),
        f"""
        {READY} > 0
        unless on ({EACH}) {WORKERS} > 0
        """,
        "No live worker for queue {{ $labels.queue }}",
        """{{ $value | humanize }} jobs of queue {{ $labels.queue }} are ready, and no live worker
        has consumed it for 3 minutes.""",
        by_queue=True,
    )


def _oldest(pace: Pace) -> Alert:
    age = seen("headcount_queue_oldest_ready_age_seconds", EACH)
    return Alert(
        "HeadcountOldestJobTooOld",
        "warning",
        pace("5m"),
        f"""
        {age}
        > on ({EACH})
        2 * {seen("headcount_slo_threshold_seconds", EACH, sli="wait")}
        """,
        "A job of queue {{ $labels.queue }} has waited far too long",
        """The oldest ready job of queue {{ $labels.queue }} has been due for
        {{ $value | humanizeDuration }}: more than twice as long as its jobs may wait.""",
        by_queue=True,
    )


def _will_not_drain(pace: Pace) -> Alert:
    window = pace("15m")
    return Alert(
        "HeadcountQueueWillNotDrain",
        "warning",
        pace("15m"),
        f"""
        {READY} > {BACKLOG}
        and on ({EACH})
        {ledger("rate", window, "enqueued")}
        > on ({EACH})
        {ledger("rate", window, "succeeded|dead|discarded|moved")}
        """,
        "Queue {{ $labels.queue }} gets more jobs than end",
        """{{ $value | humanize }} jobs of queue {{ $labels.queue }} are ready, and for half an hour
        more were enqueued than ended: at this rate it will never drain.""",
        by_queue=True,
    )
