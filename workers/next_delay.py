"""Whether, and how long after an attempt's end, the worker's parent process tries a job again."""

import time
from datetime import datetime
from typing import Any

from celery.exceptions import Reject

from service.telemetry.events import Outcome
from workers.outcomes import outcome_of
from workers.retry_delay import retry_delay
from workers.task import RetryInPlace, WorkerTask, delay_after

REQUEUE_SECONDS = (1.0, 60.0)
"""First and longest pause after ``Reject(requeue=True)``, which Celery would repeat at once."""


def delay_of_next(task: Any, attempt: int, error: BaseException) -> float | None:
    """Return the seconds until the next attempt of a job; None if this was its last.

    ``attempt``: the one that ended with ``error``; 1 is the first. Errors inside ``perform``
    have been decided on in the child, which sends a :class:`RetryInPlace`.
    """
    if isinstance(error, RetryInPlace):
        return _seconds_until(error.when)
    if attempt > (task.max_retries or 0):
        return None
    if isinstance(error, Reject) and error.requeue:
        return retry_delay(attempt, *REQUEUE_SECONDS, jitter=True)
    return _delay_after_loss(task, attempt, outcome_of(error))


def _delay_after_loss(task: Any, attempt: int, outcome: Outcome) -> float | None:
    """Return the delay after an attempt that was ended from outside."""
    if isinstance(task, WorkerTask) and outcome in (Outcome.LOST, Outcome.TIMED_OUT):
        return delay_after(task.worker, attempt)
    if outcome is Outcome.LOST and task.retry_on_worker_lost:
        return float(task.default_retry_delay)
    return None


def _seconds_until(when: float | datetime | None) -> float:
    """Return the seconds until Celery's ``when`` of a retry: seconds, a time, or at once."""
    if isinstance(when, datetime):
        return max(0.0, when.timestamp() - time.time())
    return float(when or 0.0)
