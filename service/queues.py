"""The three queues: their order and their service level objectives, in one place.

Workers reserve in this order, strictly; the sidecar exports the objectives as metrics,
so that rules and dashboards read them instead of repeating them.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Queue:
    """One queue and what its users may expect of it.

    ``wait_threshold_seconds``: a job should start within this time of its due time.
    ``wait_objective``, ``success_objective``: the share of jobs, 0 to 1, for which that
    (or success) must hold over 30 days.
    """

    name: str
    wait_threshold_seconds: float
    wait_objective: float = 0.99
    success_objective: float = 0.99


QUEUES = (
    Queue("critical", wait_threshold_seconds=10),
    Queue("default", wait_threshold_seconds=60),
    Queue("low", wait_threshold_seconds=300),
)
"""In strict priority order: a free slot never takes from a queue while an earlier one has jobs."""

QUEUE_NAMES = tuple(queue.name for queue in QUEUES)
DEFAULT_QUEUE = "default"
