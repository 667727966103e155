"""Every metric a worker exports. ``worker_metrics.py`` and ``worker_vitals.py`` fill it."""

from service.queues import WAIT_BUCKETS
from service.telemetry.metric import Metric, by_name

DURATION_BUCKETS = WAIT_BUCKETS
"""Seconds, from a no-op to an hour."""

ATTEMPT_BUCKETS = (1, 2, 3, 4, 5, 8, 13, 21)

TASK_LIMIT = 200
ERROR_TYPE_LIMIT = 20
OTHER = "_other"
"""Label value of everything past a limit, and of tasks nobody registered."""


WORKER_METRICS = by_name(
    Metric(
        "headcount_jobs_received_total",
        "counter",
        "Jobs a worker leased from a queue.",
        ("queue", "redelivered"),
    ),
    Metric(
        "headcount_jobs_started_total",
        "counter",
        "Attempts that a slot began to perform.",
        ("queue", "task"),
    ),
    Metric(
        "headcount_jobs_processed_total",
        "counter",
        "Attempts by how they ended; each ends in exactly one outcome.",
        ("queue", "task", "outcome"),
    ),
    Metric(
        "headcount_job_failures_total",
        "counter",
        "Attempts that ended with an error, retried or not, by exception class.",
        ("queue", "error_type"),
    ),
    Metric(
        "headcount_job_wait_seconds",
        "histogram",
        "Time from when a job was due to when a slot began it.",
        ("queue",),
        WAIT_BUCKETS,
    ),
    Metric(
        "headcount_job_duration_seconds",
        "histogram",
        "Time an attempt took, from its start to its end.",
        ("queue", "outcome"),
        DURATION_BUCKETS,
    ),
    Metric(
        "headcount_job_end_to_end_seconds",
        "histogram",
        "Time from first enqueue (or due time) to the job's end, over all its attempts.",
        ("queue",),
        WAIT_BUCKETS,
    ),
    Metric(
        "headcount_job_attempts",
        "histogram",
        "Attempts a job took until it ended.",
        ("queue",),
        ATTEMPT_BUCKETS,
    ),
    Metric(
        "headcount_task_duration_seconds",
        "summary",
        "Time attempts of a task took.",
        ("queue", "task"),
    ),
    Metric("headcount_jobs_running", "gauge", "Attempts being performed now.", ("queue", "task")),
    Metric(
        "headcount_job_oldest_running_seconds",
        "gauge",
        "Age of the attempt that has been running longest; 0 when none runs.",
        ("queue",),
    ),
    Metric("headcount_worker_slots", "gauge", "Jobs this worker can perform at once."),
    Metric("headcount_worker_busy_slots", "gauge", "Slots performing a job now."),
    Metric("headcount_worker_busy_seconds_total", "counter", "Time slots spent performing jobs."),
    Metric(
        "headcount_worker_child_exits_total",
        "counter",
        "Child processes of the pool that ended, by reason.",
        ("reason",),
    ),
    Metric("headcount_worker_memory_bytes", "gauge", "Resident memory.", ("role",)),
    Metric(
        "headcount_worker_loop_lag_seconds",
        "gauge",
        "How long ago the worker's event loop last turned, beyond its one-second pace.",
    ),
    Metric("headcount_worker_draining", "gauge", "1 while the worker takes no new jobs."),
    Metric(
        "headcount_broker_reconnects_total",
        "counter",
        "Times the worker connected to the broker anew after losing it.",
    ),
    Metric(
        "headcount_worker_info",
        "gauge",
        "1, with the versions running as labels.",
        ("version", "celery_version"),
    ),
    Metric(
        "headcount_series_dropped_total",
        "counter",
        "Samples filed under _other because a metric had too many label values.",
        ("metric",),
    ),
)
