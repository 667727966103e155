"""Every metric Headcount exports; others hold on to them (docs/contract.md).

Data only: dashboards, alerts and their tests read it. Labels come from closed sets: never a job
id, pid, host or error text.
"""

from service.telemetry.metric import Kind, Metric
from service.telemetry.sidecar_catalogue import SIDECAR_METRICS
from service.telemetry.worker_catalogue import (
    ATTEMPT_BUCKETS,
    DURATION_BUCKETS,
    ERROR_TYPE_LIMIT,
    OTHER,
    TASK_LIMIT,
    WORKER_METRICS,
)

__all__ = [
    "ATTEMPT_BUCKETS",
    "DURATION_BUCKETS",
    "ERROR_TYPE_LIMIT",
    "OTHER",
    "SIDECAR_METRICS",
    "TASK_LIMIT",
    "WORKER_METRICS",
    "Kind",
    "Metric",
]
