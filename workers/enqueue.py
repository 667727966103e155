"""From a call of ``perform_async`` and its kin to a message in the broker."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from time import time
from typing import TYPE_CHECKING, Any

from celery.exceptions import OperationalError as CeleryOperationalError
from kombu.exceptions import KombuError
from redis.exceptions import RedisError

from service.broker import keys
from service.broker.connection import describe
from service.broker.message import HEADER
from service.broker.publishing import AlreadyPendingError, Slot
from service.errors import EnqueueError
from workers.arguments import check_arguments, digest
from workers.process_app import process_app
from workers.results import JobResult

if TYPE_CHECKING:
    from workers.worker import Worker

BROKER_FAILURES = (CeleryOperationalError, KombuError, RedisError, OSError)

HIDDEN = "(hidden)"
"""What Flower and ``inspect`` show instead of arguments that may not be logged."""


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
    bound = check_arguments(worker, args, kwargs)
    app = process_app()
    options = publish_options(worker, bound, due_at)
    if slot is not None:
        options["headers"].setdefault(HEADER, {})["slot"] = slot
    try:
        with broker_errors(worker.name):
            sent = app.tasks[worker.name].apply_async(args, kwargs, **options)
            job_id = sent.id
    except AlreadyPendingError as pending:
        job_id = pending.job_id
    return JobResult(job_id, app, worker.name, worker.store_result)


def publish_options(
    worker: "type[Worker]", bound: Mapping[str, Any], due_at: float | None
) -> dict[str, Any]:
    """Return Celery's ``apply_async`` options for a job with these bound arguments."""
    # Celery would subscribe to the result here; .get() does so, where anyone calls it.
    options: dict[str, Any] = {"queue": worker.queue, "ignore_result": True}
    options["headers"] = {"ignore_result": not worker.store_result}
    shown = {name: bound[name] for name in worker.log_arguments if name in bound}
    options["argsrepr"], options["kwargsrepr"] = HIDDEN, repr(shown) if shown else HIDDEN
    if due_at is not None:
        options["eta"] = datetime.fromtimestamp(due_at, UTC)
    if worker.expires_in is not None:
        options["expires"] = datetime.fromtimestamp((due_at or time()) + worker.expires_in, UTC)
    if worker.unique_for is not None:
        key = keys.unique(worker.name, digest(bound))
        options["headers"] |= {HEADER: {"unique": [key, max(1, int(worker.unique_for * 1000))]}}
    return options


@contextmanager
def broker_errors(name: str) -> Iterator[None]:
    """Turn whatever the broker, kombu and Celery raise into one exception.

    Raises:
        EnqueueError: names the job's task, the broker and the reason.
    """
    try:
        yield
    except (*BROKER_FAILURES, RuntimeError) as error:
        cause, settings = error.__cause__ or error, process_app().settings
        url = settings.require_broker()
        if isinstance(error, RuntimeError):  # so the result store's client gives up
            if not isinstance(cause, BROKER_FAILURES):
                raise
            url = settings.result_backend or url
        raise EnqueueError(f"{name} was not enqueued: {describe(cause, url)}") from error
