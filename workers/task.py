"""The Celery tasks behind jobs: what runs in the child process."""

import logging
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

from celery import exceptions
from celery.app.task import Task
from celery.exceptions import Ignore, Reject, Retry
from celery.utils.serialization import get_pickleable_exception

from workers.retry_delay import retry_delay

if TYPE_CHECKING:
    from workers.worker import Worker

logger = logging.getLogger("headcount.job")

SAME_JOB = frozenset({"countdown", "eta", "retries"})
"""Options of ``Task.retry`` under which the next attempt is the same message again."""


class RetryInPlace(Retry):
    """The worker's parent process puts the next attempt in the place of this one's lease.

    Celery's own retry is published by the child, and silently lost while the broker is away.
    """


class MaxRetriesExceededError(exceptions.MaxRetriesExceededError):
    """Celery's own, but for its text, which tells the arguments."""

    def __init__(self, *_: Any, **arguments: Any) -> None:
        super().__init__("it has no retries left", **arguments)


class JobTask(Task):
    """Base of every task: accounted for in the parent, retried in place."""

    abstract = True
    Request = "workers.request:JobRequest"
    MaxRetriesExceededError = MaxRetriesExceededError

    def apply_async(self, *args: Any, **options: Any) -> Any:
        """Enqueue as Celery does, ``delay`` and every part of a canvas included.

        Raises:
            EnqueueError: the broker, or the result store where a result is kept, did not take it.
        """
        from workers.enqueue import broker_errors

        with broker_errors(self.name):
            return super().apply_async(*args, **options)

    def retry(self, *args: Any, throw: bool = True, **options: Any) -> Retry:
        """Retry as Celery does; the same arguments in the same queue are retried in place."""
        answer = super().retry(*args, throw=False, **options)
        if isinstance(answer.sig, _InPlace):
            answer = RetryInPlace(exc=get_pickleable_exception(answer.exc), when=answer.when)
        if throw:
            raise answer
        return answer

    def signature_from_request(
        self, request: Any = None, args: Any = None, kwargs: Any = None, **options: Any
    ) -> Any:
        """Return what ``retry`` publishes: nothing, where the parent can do it."""
        request = request or self.request
        leased = (request.delivery_info or {}).get("lease_tag")
        if leased and args is None and kwargs is None and options.keys() <= SAME_JOB:
            return _InPlace(args=request.args, kwargs=request.kwargs)
        return super().signature_from_request(request, args, kwargs, **options)


class _InPlace(SimpleNamespace):
    """Stands in for a signature that the parent publishes."""

    def apply_async(self) -> None:
        """Publish nothing."""


class WorkerTask(JobTask):
    """The task of one worker class."""

    abstract = True
    worker: "type[Worker]"

    def run(self, *args: Any, **kwargs: Any) -> Any:
        """Perform the job; an error becomes a retry while there are any left."""
        try:
            return self.worker.perform(*args, **kwargs)
        except (Ignore, Reject, Retry):
            raise
        except Exception as error:
            if self.request.called_directly or self.request.retries >= self.worker.max_retries:
                raise
            delay = delay_after(self.worker, self.request.retries + 1)
            logger.warning("attempt failed, next in %.1f s", delay, exc_info=True)
            raise RetryInPlace(exc=get_pickleable_exception(error), when=delay) from error


def delay_after(worker: "type[Worker]", attempt: int) -> float:
    """Return the seconds between the end of an attempt (1 is the first) and the next."""
    return retry_delay(attempt, worker.retry_backoff, worker.retry_backoff_max, worker.retry_jitter)


def task_of(worker: "type[Worker]") -> WorkerTask:
    """Return a Celery task for a worker class, to be registered with an app."""
    attributes = {
        "__module__": worker.__module__,
        "__doc__": worker.__doc__,
        "name": worker.name,
        "worker": worker,
        "max_retries": worker.max_retries,
        "time_limit": worker.time_limit,
        "soft_time_limit": worker.soft_time_limit,
        "ignore_result": not worker.store_result,
        "typing": False,  # enqueue() has checked the arguments against perform itself
    }
    return type(worker.__name__, (WorkerTask,), attributes)()  # type: ignore[no-any-return]
