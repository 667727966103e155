"""Publishing jobs: one script puts a job where it waits, counts it, and decides what depends on it.

The scripts know what they were sent before, so a publish whose connection broke is sent once
more: whether the first arrived or not, the job counts and runs once.
"""

import time
import uuid
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import redis
from kombu.utils.json import dumps

from service.broker import keys
from service.broker.message import HEADER, stamp
from service.broker.scripts import ENQUEUE, ENQUEUE_MANY, Argument, Script

PUBLISH_AT_ONCE = 1000


class Slot(NamedTuple):
    """One due time of a cron entry, Unix seconds; ``after`` is the one it ran for last."""

    entry: str
    after: int
    due: int


class AlreadyPendingError(Exception):
    """A unique job was not enqueued: ``job_id`` with the same arguments is pending."""

    def __init__(self, job_id: str) -> None:
        super().__init__(job_id)
        self.job_id = job_id


class SlotTakenError(Exception):
    """A cron job was not enqueued: another Beat has claimed its slot."""


def publish(client: "redis.Redis", queue: str, message: dict[str, Any]) -> None:
    """Enqueue one message of a task, as kombu made it; stamps its headers.

    Raises:
        AlreadyPendingError, SlotTakenError: it is not to be enqueued.
        redis.RedisError: the broker did not answer, or refused.
    """
    headers = message["headers"]
    due = stamp(headers, time.time())
    ours = headers[HEADER]
    continues, slot = ours.pop("continues", ""), ours.pop("slot", ())
    unique, lasting = ours.get("unique") or ("", 0)
    names = (
        queue,
        keys.scheduled(queue),
        keys.LEDGER,
        keys.wake(queue),
        keys.UNACKED,
        keys.UNACKED_INDEX,
    )
    arguments = (keys.PREFIX, queue, dumps(message), due or "", headers["id"], _publish(headers),
                 continues, unique, lasting, *slot)  # fmt: skip
    answer = _sent_once(ENQUEUE, client, names, arguments).decode()
    if answer == "taken":
        raise SlotTakenError
    if answer.startswith("pending "):
        raise AlreadyPendingError(answer.removeprefix("pending "))


def publish_many(client: "redis.Redis", queue: str, messages: Sequence[str]) -> None:
    """Enqueue stamped messages (JSON), many in a round trip.

    Raises:
        redis.RedisError: the broker did not take all of them.
    """
    names = (queue, keys.LEDGER, keys.wake(queue))
    for start in range(0, len(messages), PUBLISH_AT_ONCE):
        some = messages[start : start + PUBLISH_AT_ONCE]
        arguments = (keys.PREFIX, queue, uuid.uuid4().hex, *some)
        _sent_once(ENQUEUE_MANY, client, names, arguments)


def _publish(headers: Mapping[str, Any]) -> str:
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
