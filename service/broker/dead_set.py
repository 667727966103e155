"""The dead set: jobs that ended for good without succeeding, kept for people to decide on.

Per queue a sorted set of job ids by time of death; for all queues together one hash with a
record for people and one with the message as it was, so that a job can be tried again. Of two
jobs that were given the same id, the second one's is followed by its lease's tag there.
"""

import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from itertools import chain, islice
from typing import Any

import orjson
import redis

from service.broker import keys
from service.broker.dead_filter import EVERYTHING, DeadFilter
from service.broker.message import stamps
from service.errors import JobNotFoundError

TRACEBACK_LIMIT = 8000
"""Characters of a traceback that are kept: its end, where the error is."""

READ_AT_ONCE = 200
"""Records asked for in one go: 2 MB where each has its longest traceback."""


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

    @property
    def reason(self) -> str:
        """Return the error with its class, as far as they are known."""
        return f"{self.error_type}: {self.error}" if self.error_type else self.error or ""


def dead_record(
    *, job_id: str, headers: Mapping[str, Any], traceback: str = "", **fields: Any
) -> str:
    """Return the record (JSON) of a job that dies now; ``fields`` as in :class:`DeadJob`.

    ``headers``: its message's, {} where nothing in them can be believed.
    """
    ours = stamps(headers)
    known = {"correlation_id": ours.get("correlation_id") or job_id, **fields}
    job = DeadJob(
        id=job_id,
        died_at=time.time(),
        enqueued_at=ours.get("enqueued_at"),
        traceback=traceback[-TRACEBACK_LIMIT:],
        **known,
    )
    return orjson.dumps(asdict(job)).decode()


class DeadSet:
    """A look at dead jobs. What is done with them is ``dead_moves.py``'s."""

    def __init__(self, client: "redis.Redis") -> None:
        self._client = client

    def now(self) -> float:
        """Return the Unix seconds by the clock that says when jobs died: the broker's."""
        seconds, microseconds = self._client.time()
        return float(seconds + microseconds / 1e6)

    def ids(self, queue: str, which: DeadFilter = EVERYTHING) -> list[str]:
        """Return the ids of a queue's jobs that died in the time meant, the oldest first."""
        found = self._client.zrangebyscore(keys.dead(queue), which.died_after, which.died_before)
        return [job_id.decode(errors="replace") for job_id in found]

    def count(self, which: DeadFilter = EVERYTHING) -> int:
        """Return how many dead jobs there are; with a task it reads all their records."""
        if which.task is None:
            return self.count_of_any_task(which)
        return sum(1 for queue in which.queues for _ in self._newest_of(queue, which))

    def count_of_any_task(self, which: DeadFilter) -> int:
        """Return how many dead jobs fit but for their task: as many have to be looked at."""
        time = (which.died_after, which.died_before)
        return sum(int(self._client.zcount(keys.dead(queue), *time)) for queue in which.queues)

    def newest(self, limit: int, which: DeadFilter = EVERYTHING) -> list[DeadJob]:
        """Return the most recently dead jobs, newest first, at most ``limit``."""
        found = (islice(self._newest_of(queue, which, limit), limit) for queue in which.queues)
        jobs = list(chain.from_iterable(found))
        return sorted(jobs, key=lambda job: -job.died_at)[:limit]

    def find(self, job_id: str) -> DeadJob:
        """Return one dead job.

        Raises:
            JobNotFoundError: it is not in the dead set.
        """
        for job in self.read([job_id]):
            return job
        raise JobNotFoundError(f"no dead job has the id {job_id!r}")

    def read(self, job_ids: Sequence[str]) -> list[DeadJob]:
        """Return what is known of these jobs.

        Without those that are not dead any more, and records that somebody else has written.
        """
        records = self._client.hmget(keys.DEAD_RECORDS, job_ids)
        jobs = map(_read, job_ids, records)
        return [job for job in jobs if job is not None]

    def messages(self, job_ids: Sequence[str]) -> list[bytes | None]:
        """Return these jobs' messages as they lay in their queues; None where one is gone."""
        return list(self._client.hmget(keys.DEAD_MESSAGES, job_ids))

    def overflow(self, queues: Sequence[str]) -> int:
        """Return how many dead jobs have made room for others, or were dead for too long."""
        counts = self._client.hmget(keys.LEDGER, [f"{queue}:dead_overflow" for queue in queues])
        return sum(int(count or 0) for count in counts)

    def _newest_of(self, queue: str, which: DeadFilter, most: int = -1) -> Iterator[DeadJob]:
        # Only a record knows its task, so with one all ids may be needed; -1: all.
        most = -1 if which.task is not None else most
        times = (which.died_before, which.died_after)
        found = self._client.zrevrangebyscore(keys.dead(queue), *times, start=0, num=most)
        ids = [job_id.decode(errors="replace") for job_id in found]
        for start in range(0, len(ids), READ_AT_ONCE):
            for job in self.read(ids[start : start + READ_AT_ONCE]):
                if which.fits(job.task):
                    yield job


def _read(job_id: str, record: bytes | None) -> DeadJob | None:
    try:
        fields = orjson.loads(record or b"")
        known = {name: fields[name] for name in DeadJob.__slots__ if name in fields}
        return DeadJob(**known | {"id": job_id})
    except (ValueError, TypeError):
        return None
