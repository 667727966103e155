"""Publishing jobs: one script puts a job where it waits, counts it, and decides what depends on it.

The scripts know what they were sent before, so a publish whose connection broke is sent once
more: whether the first arrived or not, the job counts and runs once.
"""

import time
import uuid
from collections.abc import Iterable, Mapping, Sequence
from itertools import islice
from typing import Any, NamedTuple

import redis
from kombu.utils.json import dumps

from service.broker import keys
from service.broker.message import HEADER, stamp
from service.broker.scripts import ENQUEUE, ENQUEUE_MANY, Argument, Script
from service.broker.soundness import LARGEST_BYTES
from service.errors import EnqueueError

PUBLISH_AT_ONCE = 1000

FIRST = "0.0"
"""What a job's first message is called among those with its id."""

NOT_UNIQUE = ("", 0)


class Slot(NamedTuple):
    """One due time of a cron entry, Unix seconds; ``after`` is the one it ran for last."""

    entry: str
    after: int
    due: int


class Publication(NamedTuple):
    """One message (JSON) to be published, and what is decided with it.

    ``due``: Unix seconds, None for at once. ``name``: among the messages with the same job id.
    ``continues``: tag of the lease that this message continues. ``unique``: uniqueness key and
    milliseconds. ``slot``: the cron slot to be claimed.
    """

    queue: str
    message: str | bytes
    job_id: str
    due: float | None = None
    name: str = FIRST
    continues: str = ""
    unique: Sequence[Any] = NOT_UNIQUE
    slot: Sequence[Any] = ()


class AlreadyPendingError(Exception):
    """A unique job was not enqueued: ``job_id`` with the same arguments is pending."""

    def __init__(self, job_id: str) -> None:
        super().__init__(job_id)
        self.job_id = job_id


class SlotTakenError(Exception):
    """A cron job was not enqueued: another Beat has claimed its slot."""


def publish_message(client: "redis.Redis", queue: str, message: dict[str, Any]) -> None:
    """Enqueue one message of a task, as kombu made it; stamps its headers. Raises as publish."""
    headers = message["headers"]
    due = stamp(headers, time.time())
    ours = headers[HEADER]
    continues, slot = ours.pop("continues", ""), ours.pop("slot", ())
    publish(
        client,
        Publication(
            queue,
            dumps(message),
            headers["id"],
            due,
            _name(headers),
            continues,
            ours.get("unique") or NOT_UNIQUE,
            slot,
        ),
    )


def publish(client: "redis.Redis", job: Publication) -> None:
    """Enqueue one message.

    Raises:
        AlreadyPendingError, SlotTakenError: it is not to be enqueued.
        EnqueueError: it is too large.
        redis.RedisError: the broker did not answer, or refused.
    """
    _check_size(job.message)
    names = (
        job.queue,
        keys.scheduled(job.queue),
        keys.LEDGER,
        keys.wake(job.queue),
        keys.UNACKED,
        keys.UNACKED_INDEX,
    )
    arguments = (keys.PREFIX, job.queue, job.message, job.due or "", job.job_id, job.name,
                 job.continues, *job.unique, *job.slot)  # fmt: skip
    answer = _sent_once(ENQUEUE, client, names, arguments)
    if answer == b"taken":
        raise SlotTakenError
    if answer.startswith(b"pending "):
        raise AlreadyPendingError(answer.removeprefix(b"pending ").decode())


def publish_many(client: "redis.Redis", queue: str, messages: Iterable[bytes]) -> None:
    """Enqueue messages of new jobs (JSON), many in a round trip.

    Raises:
        EnqueueError: one is too large; none of its thousand was enqueued, nor any after them.
        redis.RedisError: the broker did not take all of them.
    """
    names, rest = (queue, keys.LEDGER, keys.wake(queue)), iter(messages)
    while some := list(islice(rest, PUBLISH_AT_ONCE)):
        _check_size(max(some, key=len))
        arguments: tuple[Argument, ...] = (keys.PREFIX, queue, uuid.uuid4().hex, *some)
        _sent_once(ENQUEUE_MANY, client, names, arguments)


def _check_size(message: str | bytes) -> None:
    """Refuse what workers would put away unread."""
    if len(message) > LARGEST_BYTES:
        raise EnqueueError(
            f"a message of {len(message)} bytes was not enqueued; allowed: {LARGEST_BYTES}; "
            "keep large arguments elsewhere, and enqueue where they are"
        )


def _name(headers: Mapping[str, Any]) -> str:
    """Return what tells a job's messages apart: its attempts, and the tasks that replace it."""
    return f"{headers.get('retries') or 0}.{headers.get('replaced_task_nesting') or 0}"


def _sent_once(
    script: Script, client: "redis.Redis", names: Sequence[str], arguments: Sequence[Argument]
) -> Any:
    """Run the script; and again, over a new connection, if this one broke. Not after a timeout."""
    try:
        return script(client, names, arguments)
    except redis.ConnectionError:
        return script(client, names, arguments)
