"""The three queues: their order and their service level objectives, in one place.

Workers reserve in this order, strictly; the sidecar exports the objectives as metrics,
so that rules and dashboards read them instead of repeating them.
"""

from dataclasses import dataclass

WAIT_BUCKETS = (
    *(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5),
    *(10, 20, 30, 60, 120, 180, 300, 600, 900, 1800, 3600),
)
"""Seconds up to which the waits of jobs are counted. Every wait threshold is one of them, so that
objectives read exact counts; of any other there is no count at all."""


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

    def __post_init__(self) -> None:
        """Refuse a threshold whose waits are not counted: its objective would silently vanish."""
        if self.wait_threshold_seconds not in WAIT_BUCKETS:
            allowed = ", ".join(f"{bound:g}" for bound in WAIT_BUCKETS)
            raise ValueError(
                f"queue {self.name}: wait_threshold_seconds={self.wait_threshold_seconds:g} is no "
                f"bound of WAIT_BUCKETS in service/queues.py; allowed are {allowed}"
            )


QUEUES = (
    Queue("critical", wait_threshold_seconds=10),
    Queue("default", wait_threshold_seconds=60),
    Queue("low", wait_threshold_seconds=300),
)
"""In strict priority order: a free slot never takes from a queue while an earlier one has jobs."""

QUEUE_NAMES = tuple(queue.name for queue in QUEUES)
DEFAULT_QUEUE = "default"
