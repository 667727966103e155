"""What a worker's listeners are told of: attempts that ended, and children that did.

=============== ======================================= =================================
told            when                                    measurements
=============== ======================================= =================================
Attempt         exactly once, however it ended          ``wait_seconds``,
                                                        ``duration_seconds``,
                                                        ``end_to_end_seconds``
ChildExited     when a child process of the pool ended  none
=============== ======================================= =================================

An attempt that never started (revoked, expired, unknown) has no times but ``end_to_end_seconds``.
"""

import enum
import time
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, NamedTuple, Protocol

from service.telemetry.traced import Traced


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


class ChildExited(NamedTuple):
    """A child process of the worker's pool ended."""

    reason: ChildExit


class Attempt:
    """One attempt of one job, as its worker's parent process knows it.

    It is received, perhaps started, and ended once. What is not known, or not yet, is None.
    Times of day are Unix seconds; ``started_at`` and ``ended_at`` are ``time.monotonic()``.
    """

    # Defaults of the class, so that an attempt costs no more than is known of it.
    trace_id: str | None = None
    """Of the trace that its enqueuer says it is part of."""
    redelivered = False
    """An earlier worker fell silent holding the job."""
    due_at: float | None = None
    first_due_at: float | None = None
    """When the job's first attempt was due."""
    arguments: Mapping[str, Any] = NO_ARGUMENTS
    """Those that may be logged."""
    started_at: float | None = None
    wait_seconds: float | None = None
    """From the due time to the start, across machines."""
    outcome: Outcome | None = None
    ended_at = 0.0
    duration_seconds: float | None = None
    end_to_end_seconds: float | None = None
    """From the job's first due time to its end; None while more attempts follow."""
    error_type: str | None = None
    error: str | None = None
    traced: Traced | None = None
    """Its span, where jobs are traced."""
    lease_tag: str | None = None
    """Names its lease in the broker."""

    def __init__(
        self, queue: str, task: str, job_id: str, number: int = 1, correlation_id: str = ""
    ) -> None:
        self.queue, self.task, self.job_id = queue, task, job_id
        self.number, self.correlation_id = number, correlation_id

    def start(self, started_at: float) -> None:
        """Say that a slot began it."""
        if self.due_at is not None:
            waited = time.time() - self.due_at - (time.monotonic() - started_at)
            self.wait_seconds = waited if waited > 0 else 0.0
        self.started_at = started_at  # last, for whoever looks from another thread

    def end(self, outcome: Outcome) -> None:
        """Say how it ended."""
        self.ended_at = now = time.monotonic()
        if self.started_at is not None:
            self.duration_seconds = now - self.started_at if now > self.started_at else 0.0
        if self.first_due_at is not None and outcome is not Outcome.RETRIED:
            passed = time.time() - self.first_due_at
            self.end_to_end_seconds = passed if passed > 0 else 0.0
        self.outcome = outcome  # last, for whoever looks from another thread


Event = Attempt | ChildExited


class Listener(Protocol):
    """Whoever wants to hear of events. It may raise: see :class:`Listeners`.

    One with an attribute ``hears``, a tuple of event classes, is told of no others.
    """

    def __call__(self, event: Event) -> None:
        """Take one event; called in the worker's parent process, so be quick."""
