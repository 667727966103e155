"""A lease: one job held by this worker, and the ways to end holding it.

Ends are gathered in an outbox and sent together (``intake.py``).
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

RENEWALS_PER_LEASE = 4

SHORT_LEASE_SECONDS = 20.0
"""The least that outlasts 10 s in which a worker cannot reach the broker. A lease outlasts three
quarters of itself, less the two timeouts (5 s) that a renewal may be waiting out by then."""

State = Literal["succeeded", "discarded", "dead", "again", "released"]

DELIVERIES_ALLOWED = 3
"""A job whose worker fell silent on each of so many deliveries is not given to another."""


def queue_of(tag: str) -> str:
    """Return the queue that a lease's tag ends with; ``lua/reserve.lua`` makes the tags."""
    return tag.rsplit(":", 1)[1]


def worker_of(tag: str) -> str | None:
    """Return host and process of the worker that made a lease's tag (``holdings.py`` does)."""
    found = re.match(r"(.+)-(\d+)-[0-9a-f]+\.\d+:", tag)
    return f"{found[1]}, process {found[2]}" if found else None


@dataclass(frozen=True, slots=True)
class End:
    """How a lease ends. ``detail`` and ``state`` as in ``lua/finish.lua``."""

    tag: str
    queue: str
    state: State
    job_id: str = ""
    detail: str = ""
    unique: str = ""

    def arguments(self) -> tuple[str, ...]:
        """Return the six arguments ``finish.lua`` takes per lease."""
        return (self.tag, self.queue, self.state, self.job_id, self.detail, self.unique)


class Lease:
    """One job held by this worker. Only the first way to end it counts.

    ``deliveries``: how many workers were given the job, this one included, since it was last
    put into its queue; more than 1 means that a worker fell silent holding it.
    """

    __slots__ = ("_finish", "deliveries", "queue", "tag")

    def __init__(
        self, finish: Callable[[End], None], tag: str, queue: str, deliveries: int
    ) -> None:
        self._finish, self.tag, self.queue, self.deliveries = finish, tag, queue, deliveries

    @property
    def last(self) -> bool:
        """Return whether it is the last delivery allowed: a suspect, which runs alone."""
        return self.deliveries >= DELIVERIES_ALLOWED

    def succeed(self, job_id: str, unique: str = "") -> None:
        """End it as succeeded; ``unique`` is the uniqueness key to set free."""
        self._end("succeeded", job_id, unique=unique)

    def discard(self, job_id: str, unique: str = "") -> None:
        """End it as discarded: rejected, revoked or expired."""
        self._end("discarded", job_id, unique=unique)

    def bury(self, job_id: str, record: str, unique: str = "") -> None:
        """Move the job to the dead set with its record (JSON, see ``dead_set.py``)."""
        self._end("dead", job_id, record, unique)

    def again(self, message: str, due_at: float | None) -> None:
        """Put the next attempt's message in its place; ``due_at`` Unix seconds, None: now."""
        self._end("again", detail=f"{due_at or ''}\n{message}")

    def release(self) -> None:
        """Give the job back to the head of its queue, as if never taken."""
        self._end("released")

    def _end(self, state: State, job_id: str = "", detail: str = "", unique: str = "") -> None:
        self._finish(End(self.tag, self.queue, state, job_id, detail, unique))
