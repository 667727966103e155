"""From a call of ``perform_async`` and its kin to a message in the broker."""

import uuid
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from celery._state import get_current_worker_task
from celery.exceptions import OperationalError as CeleryOperationalError
from kombu.exceptions import KombuError
from redis.exceptions import RedisError

from service.broker.connection import describe
from service.broker.message import HEADER
from service.broker.publishing import NOT_UNIQUE, AlreadyPendingError, Publication, Slot
from service.errors import EnqueueError
from workers.arguments import check_arguments
from workers.new_job import HIDDEN, NewJob
from workers.new_message import UNTRACED, NewMessages
from workers.process_app import process_app
from workers.results import JobResult

if TYPE_CHECKING:
    from workers.celery_app import HeadcountCelery
    from workers.worker import Worker

BROKER_FAILURES = (CeleryOperationalError, KombuError, RedisError, OSError)


def enqueue(
    worker: "type[Worker]",
    args: Sequence[Any],
    kwargs: Mapping[str, Any],
    due_at: float | None,
    slot: Slot | None = None,
) -> JobResult:
    """Enqueue one job; ``due_at`` in Unix seconds, None for now; ``slot`` is claimed for it.

    Raises:
        ArgumentsError, EnqueueError: as ``Worker.perform_async``.
        SlotTakenError: another Beat has claimed the slot.
    """
    job = NewJob(worker, args, kwargs, check_arguments(worker, args, kwargs), due_at, slot)
    app = process_app()
    publish = _directly if app.publishes_directly() else _through_celery
    try:
        with broker_errors(worker.name):
            job_id = publish(app, job)
    except AlreadyPendingError as pending:
        job_id = pending.job_id
    return JobResult(job_id, app, worker.name, worker.store_result)


def _directly(app: "HeadcountCelery", job: NewJob) -> str:
    job_id, queue, tracing = str(uuid.uuid4()), job.worker.queue, app.tracing
    span = tracing.sending(queue, job.worker.name, job_id) if tracing else UNTRACED
    with span as carried:
        message = NewMessages(job.worker, carried).message(job, job_id)
        app.publisher.publish(
            Publication(
                queue,
                message,
                job_id,
                job.due_at,
                unique=job.unique() or NOT_UNIQUE,
                slot=job.slot or (),
            )
        )
    parent = get_current_worker_task()
    if parent is not None:
        parent.add_trail(app.AsyncResult(job_id))
    return job_id


def _through_celery(app: "HeadcountCelery", job: NewJob) -> str:
    ours = {"slot": job.slot, "unique": job.unique()}
    headers = {HEADER: {name: value for name, value in ours.items() if value is not None}}
    # Celery would subscribe to the result here; .get() does so, where anyone calls it.
    sent = app.tasks[job.worker.name].apply_async(
        job.args,
        job.kwargs,
        queue=job.worker.queue,
        ignore_result=True,
        headers={"ignore_result": not job.worker.store_result, **headers},
        argsrepr=HIDDEN,
        kwargsrepr=job.shown(),
        eta=job.due_at and datetime.fromtimestamp(job.due_at, UTC),
        expires=job.expires(),
    )
    return str(sent.id)


@contextmanager
def broker_errors(name: str) -> Iterator[None]:
    """Turn whatever the broker, kombu and Celery raise into one exception.

    Raises:
        EnqueueError: names the job's task, the broker and the reason.
    """
    try:
        yield
    except (*BROKER_FAILURES, RuntimeError) as error:
        # redis-py says more than what it was caused by, Celery less.
        cause = error if isinstance(error, RedisError) else error.__cause__ or error
        settings = process_app().settings
        url = settings.require_broker()
        if isinstance(error, RuntimeError):  # so the result store's client gives up
            if not isinstance(cause, BROKER_FAILURES):
                raise
            url = settings.result_backend or url
        raise EnqueueError(f"{name} was not enqueued: {describe(cause, url)}") from error
