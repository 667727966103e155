"""Enqueuing many jobs of one class at a fraction of the price of one by one."""

import uuid
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from service.errors import ArgumentsError
from workers.arguments import check_arguments
from workers.enqueue import broker_errors, enqueue
from workers.new_job import NewJob
from workers.new_message import UNTRACED, NewMessages
from workers.process_app import process_app
from workers.results import JobResult

if TYPE_CHECKING:
    from workers.worker import Worker


def enqueue_many(worker: "type[Worker]", arguments: Iterable[Sequence[Any]]) -> list[JobResult]:
    """Enqueue one job per sequence of positional arguments, in order.

    Raises:
        ArgumentsError: names the job and its argument; nothing was enqueued.
        EnqueueError: the broker did not take all of them; those before the failure may be enqueued.
    """
    jobs = [_job(worker, index, given) for index, given in enumerate(arguments)]
    if worker.unique_for is not None:  # each has to be decided on its own
        return [enqueue(worker, job.args, {}, due_at=None) for job in jobs]
    app, ids = process_app(), [str(uuid.uuid4()) for _ in jobs]
    with broker_errors(worker.name):
        tracing, queue = app.tracing, worker.queue
        span = tracing.sending_many(queue, worker.name, len(ids)) if tracing and ids else UNTRACED
        with span as carried:
            made = NewMessages(worker, carried)
            # Made as they are sent: a thousand of them stay in the processor's caches, all do not.
            messages = (made.message(job, job_id) for job, job_id in zip(jobs, ids, strict=True))
            app.publisher.publish_many(queue, messages)
    return [JobResult(job_id, app, worker.name, worker.store_result) for job_id in ids]


def _job(worker: "type[Worker]", index: int, given: Any) -> NewJob:
    if not isinstance(given, (tuple, list)):
        raise ArgumentsError(
            f"{worker.__name__}.perform_bulk: job {index} is of type {type(given).__name__}; "
            "allowed: a tuple or list of positional arguments, such as (7,)"
        )
    try:
        return NewJob(worker, given, {}, check_arguments(worker, given, {}))
    except ArgumentsError as error:
        raise ArgumentsError(f"perform_bulk, job {index}: {error}") from None
