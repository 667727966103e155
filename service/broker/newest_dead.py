"""Reads the newest dead jobs, for a look every second.

A dead job's record does not change, so only those not seen a second before are read: none in most
seconds, and never more than NEWEST. A record has 10 kB at most, nearly all of it traceback.
"""

from collections.abc import Mapping, Sequence

import redis

from service.broker.dead_set import DeadJob, DeadSet
from service.broker.snapshot import DeadEntry

NEWEST = 10
"""Dead jobs that are shown: enough to see what fails now. ``headcount dead list`` shows all."""

Grave = tuple[float, str]
"""When a job died, and its id."""


class NewestDead:
    """Remembers what it returned last. Not for several threads."""

    def __init__(self, client: "redis.Redis") -> None:
        self._dead = DeadSet(client)
        self._known: dict[Grave, DeadEntry] = {}

    def __call__(self, ids: Mapping[bytes, bytes]) -> tuple[DeadEntry, ...]:
        """Return the newest of these jobs, the newest first; ``ids``: id -> when it died.

        A job that is dead no more by the time its record is read is left out, and so is a record
        that somebody else has written.
        """
        graves = [
            (float(died_at), job_id.decode(errors="replace")) for job_id, died_at in ids.items()
        ]
        newest = sorted(graves, reverse=True)[:NEWEST]
        known = self._known | self._read([grave for grave in newest if grave not in self._known])
        self._known = {grave: known[grave] for grave in newest if grave in known}
        return tuple(self._known.values())

    def _read(self, graves: Sequence[Grave]) -> dict[Grave, DeadEntry]:
        died_at = {job_id: seconds for seconds, job_id in graves}
        jobs = self._dead.read(list(died_at)) if graves else []
        ours = [job for job in jobs if job.id in died_at]
        return {(died_at[job.id], job.id): _entry(job, died_at[job.id]) for job in ours}


def _entry(job: DeadJob, died_at: float) -> DeadEntry:
    return DeadEntry(
        id=job.id,
        queue=job.queue,
        task=job.task,
        outcome=job.outcome,
        error_type=job.error_type,
        attempts=job.attempts,
        died_at=died_at,
    )
