"""Service level objectives: how fast their error budgets burn, and when to say so.

Objectives and thresholds are series of the sidecars (``service/queues.py``), so that changing one
changes no rule. Source of windows and burn rates: Google's SRE Workbook, chapter 5.
"""

from alerts.pace import Pace
from alerts.promql import counted, ledger, seen
from alerts.rule import Alert, Group, Record, Rule

EVERY = "1m"
WINDOWS = ("30m", "1h", "2h", "6h", "1d", "3d", "30d")
LEAST_BAD_JOBS = 10
"""Fewer are no trend: one bad job of two would burn a month's budget within hours."""

EACH = "namespace, queue, sli"
FAST = (("1h", "5m", 14.4), ("6h", "30m", 6))
SLOW = (("1d", "2h", 3), ("3d", "6h", 1))
"""(long window, short window, burn rate): both windows burn so fast, or it is over already."""


def group(pace: Pace) -> Group:
    """Return the rules at a pace."""
    # Every minute is often enough for windows of hours, and cheap: each of these samples is added
    # up again in every evaluation of the next 30 days.
    rules = [*_counts(pace), *_burns(pace), *_alerts(pace)]
    interval = pace.interval(EVERY)
    return Group("headcount-objectives", "How fast error budgets burn.", rules, interval)


def _counts(pace: Pace) -> list[Rule]:
    """Count bad jobs, and all, five minutes at a time: longer windows add these up."""
    return [
        Record("namespace_queue_le:headcount_slo_threshold:bound", _bounds()),
        Record("namespace_queue_sli:headcount_slo_events:rate5m", _events(pace("5m"))),
        Record("namespace_queue_sli:headcount_slo_bad:rate5m", _bad("rate", pace("5m"))),
        Record("namespace_queue_sli:headcount_slo_bad:increase1h", _bad("increase", pace("1h"))),
    ]


def _bounds() -> str:
    """Make the threshold the bound of its bucket: a value becomes a label, as bounds are written.

    A whole number is written both ways: Prometheus 3 keeps any as ``10.0``, Prometheus 2 as it was
    scraped, which may be ``10``.
    """
    queues = "namespace, queue"
    thresholds = seen("headcount_slo_threshold_seconds", queues, sli="wait")
    bounds = f'count_values by ({queues}) ("le", {thresholds})'
    return f"""
    {bounds}
    or
    label_replace({bounds}, "le", "$1.0", "le", "([0-9]+)")
    """


def _events(window: str) -> str:
    started = counted("headcount_job_wait_seconds_count", "rate", window)
    return f"""
    label_replace({started}, "sli", "wait", "", "")
    or
    label_replace({ledger("rate", window, "succeeded|dead")}, "sli", "success", "", "")
    """


def _bad(function: str, window: str) -> str:
    """Count jobs that began later than they should, and those that ended dead."""
    by_bound = "namespace, queue, le"
    in_time = counted("headcount_job_wait_seconds_bucket", function, window, by=by_bound)
    return f"""
    label_replace(
      {counted("headcount_job_wait_seconds_count", function, window)}
      - on (namespace, queue)
      sum by (namespace, queue) (
        {in_time}
        and on (namespace, queue, le) namespace_queue_le:headcount_slo_threshold:bound
      ),
      "sli", "wait", "", ""
    )
    or
    label_replace(
      {ledger(function, window, "dead")},
      "sli", "success", "", ""
    )
    """


def _burns(pace: Pace) -> list[Rule]:
    bad, events = (f"namespace_queue_sli:headcount_slo_{what}:rate5m" for what in ("bad", "events"))
    over = [
        (
            window,
            f"sum_over_time({bad}[{pace(window)}])",
            f"sum_over_time({events}[{pace(window)}])",
        )
        for window in WINDOWS
    ]
    burns = [_burn(*one) for one in (("5m", bad, events), *over)]
    budget = Record(
        "namespace_queue_sli:headcount_slo_budget:ratio30d",
        "1 - namespace_queue_sli:headcount_slo_burn:rate30d",
    )
    return [*burns, budget]


def _burn(window: str, bad: str, events: str) -> Rule:
    """Divide the share of bad jobs by the share that is allowed; 0 where there were no jobs."""
    return Record(
        f"namespace_queue_sli:headcount_slo_burn:rate{window}",
        f"""
        ({bad} / ({events} > 0) or 0 * {bad})
        / on ({EACH})
        (1 - max by ({EACH}) (headcount_slo_objective_ratio))
        """,
    )


def _alerts(pace: Pace) -> list[Rule]:
    # The page waits as long as a backlog is given to show that it shrinks, and wants jobs to be bad
    # still: a burst would otherwise page as it comes, or when it is over.
    return [
        Alert(
            "HeadcountObjectiveBurnsFast",
            "critical",
            pace("5m"),
            f"""
            {_burning(FAST)}
            and on ({EACH}) namespace_queue_sli:headcount_slo_burn:rate5m > 6
            unless on ({EACH}) {_draining(pace("5m"))}
            unless on (namespace) {_broker_was_away(pace("5m"))}
            """,
            "Queue {{ $labels.queue }} will soon have missed its objective",
            """The error budget of queue {{ $labels.queue }} ({{ $labels.sli }}) burns
            {{ $value | humanize }} times as fast as its objective allows. At this rate 30 days'
            budget is gone within days.""",
            by_queue=True,
        ),
        Alert(
            "HeadcountObjectiveBurnsSlowly",
            "warning",
            pace("15m"),
            _burning(SLOW),
            "Queue {{ $labels.queue }} is on its way to missing its objective",
            """The error budget of queue {{ $labels.queue }} ({{ $labels.sli }}) burns
            {{ $value | humanize }} times as fast as its objective allows, and has for hours.""",
            by_queue=True,
        ),
    ]


def _burning(windows: tuple[tuple[str, str, float], ...]) -> str:
    burn = "namespace_queue_sli:headcount_slo_burn:rate"
    both = [f"({burn}{long} > {rate} and {burn}{short} > {rate})" for long, short, rate in windows]
    enough = f"namespace_queue_sli:headcount_slo_bad:increase1h >= {LEAST_BAD_JOBS}"
    return f"({' or '.join(both)}) and on ({EACH}) {enough}"


def _draining(window: str) -> str:
    """Return queues whose backlog shrinks by a tenth and more: late jobs, but nothing to do."""
    ready = "namespace_queue:headcount_queue_ready:max"
    return f'label_replace(delta({ready}[{window}]) < -0.1 * {ready}, "sli", "wait", "", "")'


def _broker_was_away(window: str) -> str:
    """Hold where no sidecar had the broker all the time: HeadcountBrokerDown is about that."""
    return f"max by (namespace) (min_over_time(headcount_broker_up[{window}])) == 0"
