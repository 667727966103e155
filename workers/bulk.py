"""Enqueuing many jobs of one class at a fraction of the price of one by one."""

import uuid
from collections.abc import Iterable, Sequence
from time import time
from typing import TYPE_CHECKING, Any

from kombu.utils.json import dumps

from service.broker.message import as_json, stamp
from service.errors import ArgumentsError
from workers.arguments import check_arguments
from workers.enqueue import broker_errors, enqueue, publish_options
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
    jobs = [_positional(worker, index, one) for index, one in enumerate(arguments)]
    bound = [_check(worker, index, args) for index, args in enumerate(jobs)]
    if worker.unique_for is not None:  # each has to be decided on its own
        return [enqueue(worker, args, {}, due_at=None) for args in jobs]
    app = process_app()
    ids = [str(uuid.uuid4()) for _ in jobs]
    messages = [
        _message(app, worker, job_id, args, publish_options(worker, one, None))
        for job_id, args, one in zip(ids, jobs, bound, strict=True)
    ]
    with broker_errors(worker.name), app.producer_or_acquire() as producer:
        producer.channel.put_many(worker.queue, messages)
    return [JobResult(job_id, app, worker.name, worker.store_result) for job_id in ids]


def _message(
    app: Any, worker: "type[Worker]", job_id: str, args: Sequence[Any], options: dict[str, Any]
) -> str:
    """Return one job's message as JSON, stamped, as kombu would have written it."""
    task = app.tasks[worker.name]
    given = {name: options[name] for name in ("argsrepr", "kwargsrepr", "expires")
             if name in options}  # fmt: skip
    made = app.amqp.create_task_message(
        job_id,
        worker.name,
        args,
        {},
        time_limit=task.time_limit,
        soft_time_limit=task.soft_time_limit,
        ignore_result=task.ignore_result,
        **given,
    )
    headers = {**made.headers, **app.job_headers(job_id)}
    stamp(headers, time())
    properties = {
        **made.properties,
        "delivery_mode": 2,
        "delivery_info": {"exchange": "", "routing_key": worker.queue},
        "priority": 0,
    }
    content = ("application/json", "utf-8")
    return as_json(dumps(made.body), content, headers, properties)


def _positional(worker: "type[Worker]", index: int, given: Any) -> Sequence[Any]:
    if not isinstance(given, (tuple, list)):
        raise ArgumentsError(
            f"{worker.__name__}.perform_bulk: job {index} is {given!r}; allowed: a tuple or list "
            "of positional arguments, such as (7,)"
        )
    return given


def _check(worker: "type[Worker]", index: int, args: Sequence[Any]) -> dict[str, Any]:
    try:
        return check_arguments(worker, args, {})
    except ArgumentsError as error:
        raise ArgumentsError(f"perform_bulk, job {index}: {error}") from None
