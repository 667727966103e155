"""What people do with dead jobs: try them again, or let them go; one, or many in batches.

Each batch is one script, so a job is moved whole or not at all, by one of any number of people.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import redis

from service.broker import keys
from service.broker.dead_filter import DeadFilter
from service.broker.dead_set import DeadJob, DeadSet
from service.broker.revival import revive
from service.broker.scripts import DROP_DEAD, RETRY_DEAD
from service.errors import EnqueueError, JobNotFoundError

MOVE_AT_ONCE = 200
"""Jobs one script moves: 2 ms (measured) in which the broker does nothing else."""

DONE, GONE, PENDING = "done", "gone", "pending"
"""Fates: moved; no longer dead by then; left dead beside a pending job of the same uniqueness."""

Move = Callable[[str, Sequence[str]], list[str]]
"""Moves jobs of a queue by their ids; returns the fate of each, and after ``pending`` whose."""


@dataclass(frozen=True, slots=True)
class Batch:
    """Some jobs that were looked at, and the fates of those among them that were meant."""

    looked_at: int
    fates: list[str]


class DeadMoves:
    """Moves jobs out of the dead set."""

    def __init__(self, client: "redis.Redis") -> None:
        self._client, self._dead = client, DeadSet(client)

    def retry(self, job_id: str) -> DeadJob:
        """Put a dead job back into its queue, under its id, with all its attempts again.

        Raises:
            JobNotFoundError: it is not in the dead set.
            EnqueueError: a job with the same uniqueness is pending; it stays dead.
        """
        return self._move_one(job_id, self._retry)

    def drop(self, job_id: str) -> DeadJob:
        """Forget a dead job for good.

        Raises:
            JobNotFoundError: it is not in the dead set.
        """
        return self._move_one(job_id, self._drop)

    def retry_all(self, which: DeadFilter) -> Iterator[Batch]:
        """Retry all that fit, the oldest of each queue first; each step moves one batch.

        A job that dies again meanwhile is not tried a second time.
        """
        return self._move_all(which, self._retry)

    def drop_all(self, which: DeadFilter) -> Iterator[Batch]:
        """Forget all that fit; each step forgets one batch."""
        return self._move_all(which, self._drop)

    def _move_one(self, job_id: str, move: Move) -> DeadJob:
        job = self._dead.find(job_id)
        fate, _, holder = move(job.queue, [job_id])[0].partition(" ")
        if fate == GONE:
            raise JobNotFoundError(f"no dead job has the id {job_id!r}")
        if fate == PENDING:
            raise EnqueueError(
                f"dead job {job_id!r} stays dead: job {holder!r} with the same arguments is "
                f"pending, and {job.task} is unique; retry it when that one has ended, or drop it"
            )
        return job

    def _move_all(self, which: DeadFilter, move: Move) -> Iterator[Batch]:
        for queue in which.queues:
            ids = self._dead.ids(queue, which)
            for start in range(0, len(ids), MOVE_AT_ONCE):
                some = ids[start : start + MOVE_AT_ONCE]
                meant = self._of_task(some, which)
                fates = [fate.partition(" ")[0] for fate in move(queue, meant)] if meant else []
                yield Batch(len(some), fates)

    def _of_task(self, job_ids: Sequence[str], which: DeadFilter) -> Sequence[str]:
        if which.task is None:
            return job_ids
        return [job.id for job in self._dead.read(job_ids) if which.fits(job.task)]

    def _retry(self, queue: str, job_ids: Sequence[str]) -> list[str]:
        arguments: list[str | bytes | int] = [queue]
        for job_id, item in zip(job_ids, self._dead.messages(job_ids), strict=True):
            if item is not None:
                back = revive(item)
                arguments += [job_id, back.message, back.unique, back.unique_milliseconds]
        names = (*_places(queue), queue, keys.LEDGER, keys.wake(queue))
        fates = [fate.decode() for fate in RETRY_DEAD(self._client, names, arguments)]
        return fates + [GONE] * (len(job_ids) - len(fates))

    def _drop(self, queue: str, job_ids: Sequence[str]) -> list[str]:
        return [fate.decode() for fate in DROP_DEAD(self._client, _places(queue), job_ids)]


def _places(queue: str) -> tuple[str, str, str]:
    return keys.dead(queue), keys.DEAD_RECORDS, keys.DEAD_MESSAGES
