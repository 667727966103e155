"""Where a job is. For people: it reads through waiting jobs, so it is not for hot paths."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

import redis

from service.broker import keys
from service.broker.dead_set import DeadSet
from service.broker.delivery import opened_lease
from service.broker.lease import worker_of
from service.broker.message import headers_of, stamps
from service.errors import JobNotFoundError
from service.queues import QUEUE_NAMES

CHUNK = 1000


@dataclass(frozen=True, slots=True)
class JobPlace:
    """Where a job is and how it got there. ``attempts``: begun so far, the current one included.

    ``next_run``: Unix seconds for a scheduled job. ``held_by``: the worker process that runs
    it; None if that is a plain Celery one. ``last_error``: what ended the attempt before this
    one, or the last of a dead job.
    """

    id: str
    state: str
    queue: str
    task: str | None
    attempts: int
    next_run: float | None = None
    held_by: str | None = None
    last_error: str | None = None


def find_job(client: "redis.Redis", job_id: str) -> JobPlace:
    """Return where a job is.

    Raises:
        JobNotFoundError: it is nowhere: it has ended well, or never was.
    """
    for found in _places(client, job_id.encode()):
        place = _place(found, job_id)
        if place is not None:
            return place
    try:
        dead = DeadSet(client).find(job_id)
    except JobNotFoundError:
        raise JobNotFoundError(
            f"no job {job_id!r} is waiting, scheduled, running or dead: it has ended, or never was"
        ) from None
    return JobPlace(
        job_id, "dead", dead.queue, dead.task, dead.attempts, last_error=dead.reason or None
    )


class _Found(NamedTuple):
    """Something that mentions the id. ``holder``: the worker process that holds it."""

    state: str
    queue: str
    item: bytes
    holder: str | None = None


def _places(client: "redis.Redis", needle: bytes) -> Iterator[_Found]:
    """Yield everything that mentions the id."""
    yield from _running(client, needle)
    for queue in QUEUE_NAMES:
        for item, _ in client.zscan_iter(keys.scheduled(queue), count=CHUNK):
            if needle in item:
                yield _Found("scheduled", queue, item)
        for start in range(0, client.llen(queue) + CHUNK, CHUNK):
            for item in client.lrange(queue, start, start + CHUNK - 1):
                if needle in item:
                    yield _Found("ready", queue, item)
    yield from _running(client, needle)  # it may have been taken while we looked


def _running(client: "redis.Redis", needle: bytes) -> Iterator[_Found]:
    for tag, lease in client.hscan_iter(keys.UNACKED, count=CHUNK):
        if needle in lease:
            item, queue = opened_lease(lease)
            yield _Found("running", queue, item, worker_of(tag.decode()))


def _place(found: _Found, job_id: str) -> JobPlace | None:
    state, queue, item, holder = found
    headers = headers_of(item)
    if headers.get("id") != job_id:
        return None  # mentions it, as a parent or an argument
    task, retries = headers.get("task"), headers.get("retries")
    begun = retries if isinstance(retries, int) else 0
    ours = stamps(headers)
    error = ours.get("last_error") or None
    if state == "running":
        return JobPlace(job_id, state, queue, task, begun + 1, None, holder, error)
    due = ours.get("due_at") if state == "scheduled" else None
    return JobPlace(job_id, state, queue, task, begun, due, None, error)
