"""Every metric a sidecar exports. ``service/sidecar/collector.py`` fills it."""

from service.telemetry.metric import Metric, by_name

SIDECAR_METRICS = by_name(
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
    Metric(
        "headcount_broker_writable",
        "gauge",
        "1 while the broker stores what it is given; 0: it can only be read.",
    ),
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
