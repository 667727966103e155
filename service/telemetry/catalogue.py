"""Every metric Headcount exports: name, type, help, labels. CONTRACT for dashboards and alerts.

Data only. ``worker_metrics.py`` and the sidecar's collector fill it; dashboards, alerts and
their tests read it. Labels come from closed sets: never a job id, pid, host or error text.
"""

from dataclasses import dataclass
from typing import Literal

Kind = Literal["counter", "gauge", "histogram", "summary"]

WAIT_BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 900, 3600)
"""Seconds. They contain every queue's wait threshold, so that objectives read exact counts."""

DURATION_BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 900, 3600)
"""Seconds, from a no-op to an hour."""

ATTEMPT_BUCKETS = (1, 2, 3, 4, 5, 8, 13, 21)

TASK_LIMIT = 200
ERROR_TYPE_LIMIT = 20
OTHER = "_other"
"""Label value of everything past a limit, and of tasks nobody registered."""


@dataclass(frozen=True, slots=True)
class Metric:
    """One metric family. ``labels`` in order of exposition; ``buckets`` for histograms."""

    name: str
    kind: Kind
    help: str
    labels: tuple[str, ...] = ()
    buckets: tuple[float, ...] = ()


def _by_name(*metrics: Metric) -> dict[str, Metric]:
    return {metric.name: metric for metric in metrics}


WORKER_METRICS = _by_name(
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

SIDECAR_METRICS = _by_name(
    Metric("headcount_queue_depth", "gauge", "Jobs in a queue by state.", ("queue", "state")),
    Metric(
        "headcount_queue_oldest_ready_age_seconds",
        "gauge",
        "How long the oldest waiting job has been due; 0 when none waits.",
        ("queue",),
    ),
    Metric("headcount_queue_workers", "gauge", "Workers that consume a queue.", ("queue",)),
    Metric("headcount_queue_slots", "gauge", "Slots of the workers of a queue.", ("queue",)),
    Metric(
        "headcount_schedule_lag_seconds",
        "gauge",
        "How late the most overdue scheduled job is; 0 when none is overdue.",
    ),
    Metric(
        "headcount_jobs_total",
        "counter",
        "The ledger: jobs of the whole cluster, counted in the broker.",
        ("queue", "state"),
    ),
    Metric(
        "headcount_ledger_drift",
        "gauge",
        "Jobs enqueued but neither ended, waiting, scheduled nor running; 0 when all add up.",
        ("queue",),
    ),
    Metric(
        "headcount_leases_expired_total",
        "counter",
        "Jobs taken back from silent workers.",
        ("queue",),
    ),
    Metric(
        "headcount_dead_overflow_total",
        "counter",
        "Dead jobs let go of because there were too many, or for too long.",
        ("queue",),
    ),
    Metric(
        "headcount_lease_oldest_age_seconds",
        "gauge",
        "Time since the lease that was renewed least recently was renewed; 0 when none is held.",
    ),
    Metric("headcount_broker_up", "gauge", "1 while the broker answers."),
    Metric("headcount_broker_probe_seconds", "gauge", "Time the last snapshot of the broker took."),
    Metric("headcount_snapshot_timestamp_seconds", "gauge", "When the last snapshot was taken."),
    Metric("headcount_broker_memory_used_bytes", "gauge", "Memory the broker uses."),
    Metric("headcount_broker_memory_max_bytes", "gauge", "Memory the broker may use; 0: no limit."),
    Metric("headcount_broker_clients", "gauge", "Connections to the broker."),
    Metric("headcount_broker_evicted_keys_total", "counter", "Keys the broker evicted."),
    Metric(
        "headcount_broker_config_ok",
        "gauge",
        "1 where a setting of the broker is safe for jobs.",
        ("check",),
    ),
    Metric("headcount_beat_last_tick_timestamp_seconds", "gauge", "When Beat last reported."),
    Metric(
        "headcount_cron_last_dispatch_timestamp_seconds",
        "gauge",
        "When a cron job was last enqueued.",
        ("task",),
    ),
    Metric(
        "headcount_cron_last_success_timestamp_seconds",
        "gauge",
        "When a cron job last succeeded.",
        ("task",),
    ),
    Metric(
        "headcount_cron_next_due_timestamp_seconds",
        "gauge",
        "When a cron job is due next.",
        ("task",),
    ),
    Metric(
        "headcount_cron_interval_seconds",
        "gauge",
        "Time between a cron job's next two runs.",
        ("task",),
    ),
    Metric(
        "headcount_cron_missed_total",
        "counter",
        "Runs of a cron job that were never enqueued.",
        ("task",),
    ),
    Metric("headcount_canary_round_trip_seconds", "gauge", "Time a canary took.", ("queue",)),
    Metric(
        "headcount_canary_last_success_timestamp_seconds",
        "gauge",
        "When a queue's canary last succeeded.",
        ("queue",),
    ),
    Metric(
        "headcount_slo_objective_ratio",
        "gauge",
        "Share of jobs that should meet a queue's objective.",
        ("queue", "sli"),
    ),
    Metric(
        "headcount_slo_threshold_seconds",
        "gauge",
        "Time within which a queue's jobs should start.",
        ("queue", "sli"),
    ),
    Metric("headcount_health_ok", "gauge", "1 where a health check is ok.", ("check",)),
)
