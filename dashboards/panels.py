"""Panels that several dashboards show, each said once."""

from grafana_foundation_sdk.builders import timeseries

from dashboards import colours, links
from dashboards.graphs import (
    PER_SECOND,
    coloured,
    graph,
    leading,
    limited,
    listed_beside,
    shaded,
    stacked,
    told_apart,
    unnamed,
)
from dashboards.promql import (
    EACH,
    ENDED,
    RANGE,
    RATE_WINDOW,
    largest,
    ledger_rate,
    or_idle_zero,
    quantile,
    seen,
    series,
    total,
    wait_threshold,
    worker_rate,
)
from dashboards.queries import Query

OUTCOMES = (
    ("succeeded", "succeeded", colours.OK),
    ("retried", "retried", colours.NOTICE),
    ("failed|timed_out|lost|unknown", "failed", colours.BAD),
    ("rejected|revoked|expired", "expired", colours.DISCARDED),
)
"""Outcomes, the one of them that is drawn while there are none, and the colour they shade."""

RUNNING = "headcount_jobs_running"
PERCENTILES = {"p50": 0.5, "p95": 0.95, "p99": 0.99}


def outcomes(**labels: str) -> timeseries.Panel:
    """Draw how attempts end."""
    queries = []
    for group, shown_when_idle, _ in OUTCOMES:
        rate = worker_rate("headcount_jobs_processed_total", "outcome", outcome=group, **labels)
        queries.append(
            Query(or_idle_zero(f"{rate} > 0", "outcome", shown_when_idle), "{{outcome}}")
        )
    panel = graph(
        "Attempts by outcome",
        "How attempts ended, a second. Worry about red (no retries left: the job is dead) and "
        "about yellow that outgrows green (work is done again and again).",
        *queries,
    )
    return shaded(stacked(panel), [colour for _, _, colour in OUTCOMES]).unit(PER_SECOND)


def failures() -> timeseries.Panel:
    """Draw what attempts fail with."""
    rate = worker_rate("headcount_job_failures_total", by="error_type")
    panel = graph(
        "Failures by error type",
        "Attempts that ended with an error, a second, whether retried or not. Worry about a new "
        "name, or one that grows with a deploy. none: no error was ever counted.",
        Query(or_idle_zero(rate, "error_type", "none"), "{{error_type}}"),
    )
    return stacked(panel).unit(PER_SECOND)


def flow() -> timeseries.Panel:
    """Draw jobs coming against jobs going."""
    panel = graph(
        "Enqueued and ended",
        "Jobs that entered the ledger and jobs that left it, a second, in the whole cluster. Worry "
        "while ended stays below enqueued: a backlog grows.",
        Query(ledger_rate("enqueued"), "enqueued"),
        Query(ledger_rate(ENDED), "ended"),
    )
    return coloured(panel, colours.FLOW).unit(PER_SECOND)


def depth() -> timeseries.Panel:
    """Draw where jobs are."""
    panel = graph(
        "Queue depth by state",
        "Jobs of the chosen queues: ready to start, scheduled for later, leased by a worker, dead. "
        "Worry when ready climbs and stays, or dead climbs at all.",
        Query(total(seen("headcount_queue_depth", f"{EACH}, state"), "state"), "{{state}}"),
    )
    return coloured(panel, colours.STATES).unit("locale")


def oldest_ready() -> timeseries.Panel:
    """Draw how late queues are, against how late they may be."""
    panel = graph(
        "Oldest ready job",
        "How long the oldest job of each queue has been due; dashed: within what time its jobs "
        "should start. A slope of one second a second means that nothing is taken from the queue.",
        Query(seen("headcount_queue_oldest_ready_age_seconds", "queue"), "{{queue}}"),
        Query(f"max by (queue) ({wait_threshold()})", "{{queue}} objective"),
    )
    shades = {f"{queue}( objective)?": colour for queue, colour in colours.QUEUES.items()}
    return leading(limited(coloured(panel, shades), 1), links.to_queue_of_line()).unit("s")


def quantiles(title: str, description: str, histogram: str, **labels: str) -> timeseries.Panel:
    """Draw how long something takes: half of the jobs, all but one in 20, all but one in 100."""
    queries = [
        Query(quantile(share, histogram, **labels), name) for name, share in PERCENTILES.items()
    ]
    return coloured(graph(title, description, *queries), colours.PERCENTILES).unit("s")


def duration(**labels: str) -> timeseries.Panel:
    """Draw how long attempts take."""
    return quantiles(
        "Duration",
        "Time an attempt took, whatever its outcome; 0 while none ended. Worry about a step up "
        "without a change in the jobs: what they call has become slow.",
        "headcount_job_duration_seconds",
        **labels,
    )


def slots_by_task(**labels: str) -> timeseries.Panel:
    """Draw which tasks keep the workers busy."""
    running = f"avg_over_time({series(RUNNING, **labels)}[{RATE_WINDOW}])"
    panel = by_task(
        "Slots by task",
        "How many slots each task holds, of the eight tasks that held most of them in the time "
        "shown. What is widest makes the others wait. A click on one leads to its times and ends.",
        busiest(total(running, "task"), **labels),
    )
    return stacked(panel).unit("locale")


def busiest(expression: str, **labels: str) -> str:
    """Keep the tasks that held most slots in the time shown: the same ones in every panel."""
    held = f"avg_over_time({series(RUNNING, **labels)}[{RANGE}] @ end())"
    return largest(expression, "task", total(held, "task"))


def by_task(title: str, description: str, expression: str) -> timeseries.Panel:
    """Draw a line for each task, which leads to it."""
    panel = graph(title, description, Query(expression, "{{task}}"))
    return leading(listed_beside(told_apart(panel)), links.to_task_of_line())


def slots() -> timeseries.Panel:
    """Draw how much of the workers is in use."""
    panel = graph(
        "Slots",
        "Slots of all workers and those performing a job. Worry when busy touches slots while "
        "ready jobs grow, or when slots drop: workers are gone.",
        Query(total(series("headcount_worker_busy_slots")), "busy"),
        Query(total(series("headcount_worker_slots")), "slots"),
    )
    return limited(coloured(panel, colours.SLOTS), 1).unit("locale")


def probe() -> timeseries.Panel:
    """Draw how quickly the broker answers."""
    panel = graph(
        "Probe",
        "Time the slowest sidecar took to read the broker. Worry above 100 ms: every enqueue and "
        "every lease waits like that too. A gap: the broker was down.",
        Query(f"max ({series('headcount_broker_probe_seconds')})", "probe"),
    )
    return unnamed(coloured(panel, {"probe": colours.PLAIN})).unit("s")
