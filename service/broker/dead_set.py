"""The dead set: jobs that ended for good without succeeding, kept for people to decide on.

Per queue a sorted set of job ids by time of death; for all queues together one hash with a
record for people and one with the message as it was, so that a job can be tried again.
"""

import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import orjson
import redis

from service.broker import keys
from service.broker.message import stamps
from service.broker.scripts import Script
from service.errors import JobNotFoundError
from service.queues import QUEUE_NAMES

TRACEBACK_LIMIT = 8000
"""Characters of a traceback that are kept: its end, where the error is."""

RETRY_DEAD = Script("retry_dead")
DROP_DEAD = Script("drop_dead")


@dataclass(frozen=True, slots=True)
class DeadJob:
    """One dead job. ``outcome`` says why; times are Unix seconds; ``attempts`` 1 is the first."""

    id: str
    queue: str
    outcome: str
    died_at: float
    task: str | None = None
    attempts: int = 1
    enqueued_at: float | None = None
    correlation_id: str | None = None
    error_type: str | None = None
    error: str | None = None
    traceback: str = ""


def dead_record(
    *, job_id: str, headers: Mapping[str, Any], traceback: str = "", **fields: Any
) -> str:
    """Return the record (JSON) of a job that dies now; ``fields`` as in :class:`DeadJob`."""
    job = DeadJob(
        id=job_id,
        died_at=time.time(),
        enqueued_at=stamps(headers).get("enqueued_at"),
        traceback=traceback[-TRACEBACK_LIMIT:],
        **fields,
    )
    return orjson.dumps(asdict(job)).decode()


class DeadSet:
    """What people do with dead jobs."""

    def __init__(self, client: "redis.Redis") -> None:
        self._client = client

    def ids(self, queues: Sequence[str] = QUEUE_NAMES) -> Iterator[str]:
        """Yield the ids of all dead jobs, the most recent first within each queue."""
        for queue in queues:
            for job_id in self._client.zrevrange(keys.dead(queue), 0, -1):
                yield job_id.decode()

    def count(self, queues: Sequence[str] = QUEUE_NAMES) -> int:
        """Return how many jobs are dead."""
        return sum(int(self._client.zcard(keys.dead(queue))) for queue in queues)

    def newest(self, limit: int, queues: Sequence[str] = QUEUE_NAMES) -> list[DeadJob]:
        """Return the most recently dead jobs, newest first, at most ``limit``."""
        ids = [
            job_id
            for queue in queues
            for job_id in self._client.zrevrange(keys.dead(queue), 0, limit - 1)
        ]
        if not ids:
            return []
        records = self._client.hmget(keys.DEAD_RECORDS, ids)
        jobs = [_read(record) for record in records if record is not None]
        return sorted(jobs, key=lambda job: -job.died_at)[:limit]

    def find(self, job_id: str) -> DeadJob:
        """Return one dead job.

        Raises:
            JobNotFoundError: it is not in the dead set.
        """
        record = self._client.hget(keys.DEAD_RECORDS, job_id)
        if record is None:
            raise JobNotFoundError(f"no dead job has the id {job_id!r}")
        return _read(record)

    def retry(self, job_id: str) -> DeadJob:
        """Put a dead job back into its queue, under its id, with all its attempts again.

        Raises:
            JobNotFoundError: it is not in the dead set.
        """
        job = self.find(job_id)
        self._move(RETRY_DEAD, job, _revived(self._message(job)))
        return job

    def drop(self, job_id: str) -> DeadJob:
        """Forget a dead job for good.

        Raises:
            JobNotFoundError: it is not in the dead set.
        """
        job = self.find(job_id)
        self._move(DROP_DEAD, job, "")
        return job

    def _message(self, job: DeadJob) -> bytes:
        item = self._client.hget(keys.DEAD_MESSAGES, job.id)
        if item is None:
            raise JobNotFoundError(f"the message of dead job {job.id!r} is gone")
        return bytes(item)

    def _move(self, script: Script, job: DeadJob, message: str) -> None:
        names = (
            keys.dead(job.queue),
            keys.DEAD_RECORDS,
            keys.DEAD_MESSAGES,
            job.queue,
            keys.LEDGER,
            keys.wake(job.queue),
        )
        if not script(self._client, names, (job.id, job.queue, message)):
            raise JobNotFoundError(f"no dead job has the id {job.id!r}")


def _read(record: bytes) -> DeadJob:
    fields = orjson.loads(record)
    return DeadJob(**{name: fields[name] for name in DeadJob.__slots__ if name in fields})


def _revived(item: bytes) -> str:
    """Return a dead job's message as if enqueued now, and not to expire again."""
    try:
        message = orjson.loads(item)
        message["headers"] |= {"retries": 0, "expires": None}
        now = time.time()
        message["headers"]["headcount"] |= {"due_at": now, "first_due_at": now}
        message["properties"]["delivery_info"].pop("lease", None)
    except (ValueError, KeyError, TypeError):
        return item.decode(errors="surrogateescape").lstrip()
    return orjson.dumps(message).decode()
