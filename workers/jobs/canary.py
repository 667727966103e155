"""Canaries: a job a minute through each queue that does nothing but come back.

Beat enqueues them where ``HEADCOUNT_CANARIES`` is true; how long they took is a metric. Every
worker knows them, so whichever meets one can perform it. They are no users' jobs: a worker's
figures by queue and task leave them out.
"""

from typing import TYPE_CHECKING

from workers.worker import Worker

if TYPE_CHECKING:
    from workers.registry import Registry


class Canary(Worker, abstract=True):
    """Proves that a job comes through its queue: enqueued, waited, run, accounted for."""

    max_retries = 0  # the next one is the retry
    cron_schedule = "* * * * *"
    expires_in = 50.0  # before the next one
    unique_for = 3600.0  # one waits at a time, however long nobody takes it

    @classmethod
    def perform(cls) -> None:
        """Do nothing: coming back is the job."""


class CriticalCanary(Canary):
    """The canary of the queue ``critical``."""

    queue = "critical"


class DefaultCanary(Canary):
    """The canary of the queue ``default``."""

    queue = "default"


class LowCanary(Canary):
    """The canary of the queue ``low``."""

    queue = "low"
    expires_in = 300.0  # what the queue allows its jobs to wait: behind all others that is normal


def canary_names(registry: "Registry") -> frozenset[str]:
    """Return the task names of the canaries."""
    return frozenset(worker.name for worker in registry if issubclass(worker, Canary))
