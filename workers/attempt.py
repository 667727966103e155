"""One attempt as its worker's parent process knows it, and the events it gives rise to."""

import time
from collections.abc import Callable, Mapping
from typing import Any

from service.broker.message import stamps
from service.telemetry.events import Event, JobFinished, JobReceived, JobStarted, Outcome
from workers.outcomes import Failure


def correlation_of(stamped: Mapping[str, Any], job_id: str) -> str:
    """Return the correlation id in a message's stamps, else the job's own id."""
    return str(stamped.get("correlation_id") or job_id)


class Attempt:
    """Emits one JobReceived, at most one JobStarted, and exactly one JobFinished.

    ``headers`` are the message's; ``arguments`` those that may be logged.
    """

    __slots__ = (
        "_emit",
        "_stamps",
        "_started_at",
        "_waited",
        "arguments",
        "correlation_id",
        "job_id",
        "number",
        "outcome",
        "queue",
        "task",
    )

    def __init__(
        self, emit: Callable[[Event], None], queue: str, task: str, headers: Mapping[str, Any]
    ) -> None:
        self._emit, self.queue, self.task = emit, queue, task
        self.job_id: str = headers["id"]
        self.number: int = (headers.get("retries") or 0) + 1
        self._stamps = stamps(headers)
        self.correlation_id = correlation_of(self._stamps, self.job_id)
        self.arguments: Mapping[str, Any] = {}
        self.outcome: Outcome | None = None
        self._started_at: float | None = None
        self._waited: float | None = None

    @property
    def unique(self) -> str:
        """Return the uniqueness key the job holds; empty for most."""
        return str((self._stamps.get("unique") or [""])[0])

    def received(self, redelivered: bool) -> None:
        """Say that a worker was given it."""
        self._emit(JobReceived(self.queue, self.task, redelivered))

    def started(self, started_at: float) -> None:
        """Say that a slot began it; ``started_at`` is ``time.monotonic()``."""
        self._started_at = started_at
        due_at = self._stamps.get("due_at")
        if due_at is not None:
            begun = time.time() - (time.monotonic() - started_at)
            self._waited = max(0.0, begun - due_at)
        self._emit(JobStarted(self.queue, self.task, self.job_id, started_at, self._waited))

    def finished(self, outcome: Outcome, failure: Failure | None = None) -> bool:
        """Say how it ended, once; later words on it are ignored and answered with False."""
        if self.outcome is not None:
            return False
        self.outcome = outcome
        now, begun = time.monotonic(), self._started_at
        # By position, which costs half of what it costs by name.
        event = JobFinished(
            self.queue,
            self.task,
            self.job_id,
            self.number,
            self.correlation_id,
            outcome,
            self._waited,
            None if begun is None else max(0.0, now - begun),
            None if outcome is Outcome.RETRIED else self._since_first_due(),
            failure.error_type if failure else None,
            failure.error if failure else None,
            self.arguments,
        )
        self._emit(event)
        return True

    def _since_first_due(self) -> float | None:
        first = self._stamps.get("first_due_at")
        return None if first is None else max(0.0, time.time() - first)
