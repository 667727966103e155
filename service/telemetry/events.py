"""The events of a job's attempt, and how listeners hear of them.

=============== ======================================= =================================
event           emitted                                 measurements
=============== ======================================= =================================
JobReceived     once per delivery to a worker           none
JobStarted      when a slot begins to perform the job   ``wait_seconds``
JobFinished     exactly once per attempt, however it    ``duration_seconds``,
                ended                                   ``end_to_end_seconds``
ChildExited     when a child process of the pool ended  none
=============== ======================================= =================================

An attempt that never started (revoked, expired, unknown) has a JobFinished without a
JobStarted; its durations are None.
"""

import enum
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, NamedTuple, Protocol


class Outcome(enum.StrEnum):
    """How one attempt ended. Each attempt ends in exactly one."""

    __hash__ = str.__hash__  # Enum's own is Python, and several look-ups an event are by outcome

    SUCCEEDED = "succeeded"
    FAILED = "failed"
    RETRIED = "retried"
    TIMED_OUT = "timed_out"
    LOST = "lost"
    REJECTED = "rejected"
    REVOKED = "revoked"
    EXPIRED = "expired"
    UNKNOWN = "unknown"


class ChildExit(enum.StrEnum):
    """Why a child process of the pool ended."""

    RECYCLED = "recycled"
    KILLED = "killed"
    TIMED_OUT = "timed_out"
    ERROR = "error"


NO_ARGUMENTS: Mapping[str, Any] = MappingProxyType({})


class JobReceived(NamedTuple):
    """A worker leased a job. ``redelivered``: an earlier worker fell silent holding it."""

    queue: str
    task: str
    redelivered: bool


class JobStarted(NamedTuple):
    """A slot began to perform the job.

    ``wait_seconds`` runs from the due time to the start, clamped at 0, across machines;
    None where the message carries no due time. ``started_at`` is ``time.monotonic()``.
    """

    queue: str
    task: str
    job_id: str
    started_at: float
    wait_seconds: float | None


class JobFinished(NamedTuple):
    """An attempt ended.

    ``attempt``: 1 is the first. ``duration_seconds``: monotonic, None if it never started.
    ``end_to_end_seconds``: from the first enqueue (or due time) to now; None while more
    attempts follow. ``arguments``: only those the worker class allows to be logged.
    """

    queue: str
    task: str
    job_id: str
    attempt: int
    correlation_id: str
    outcome: Outcome
    wait_seconds: float | None = None
    duration_seconds: float | None = None
    end_to_end_seconds: float | None = None
    error_type: str | None = None
    error: str | None = None
    arguments: Mapping[str, Any] = NO_ARGUMENTS


class ChildExited(NamedTuple):
    """A child process of the worker's pool ended."""

    reason: ChildExit


Event = JobReceived | JobStarted | JobFinished | ChildExited


class Listener(Protocol):
    """Whoever wants to hear of events. It may raise: see :class:`Listeners`.

    One with an attribute ``hears``, a tuple of event classes, is told of no others.
    """

    def __call__(self, event: Event) -> None:
        """Take one event; called in the worker's parent process, so be quick."""
