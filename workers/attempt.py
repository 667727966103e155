"""From a job's message to the attempt that is accounted for."""

from collections.abc import Mapping
from typing import Any

from service.broker.dead_set import dead_record
from service.broker.message import stamps
from service.telemetry.attempts import Attempts
from service.telemetry.events import Attempt, Outcome
from service.telemetry.exemplars import trace_id_of
from workers.outcomes import Failure


def attempt_of(queue: str, task: str, headers: Mapping[str, Any], redelivered: bool) -> Attempt:
    """Return the attempt that a message with these headers is."""
    stamped, job_id = stamps(headers), headers["id"]
    number = (headers.get("retries") or 0) + 1
    attempt = Attempt(queue, task, job_id, number, correlation_of(stamped, job_id))
    attempt.redelivered = redelivered
    if "traceparent" in headers:
        attempt.trace_id = trace_id_of(headers["traceparent"])
    attempt.due_at, attempt.first_due_at = stamped.get("due_at"), stamped.get("first_due_at")
    return attempt


def correlation_of(stamped: Mapping[str, Any], job_id: str) -> str:
    """Return the correlation id in a message's stamps, else the job's own id."""
    return str(stamped.get("correlation_id") or job_id)


def uniqueness(headers: Mapping[str, Any]) -> str:
    """Return the uniqueness key that a job holds; empty for most."""
    return str((stamps(headers).get("unique") or [""])[0])


def end_attempt(
    attempts: Attempts, attempt: Attempt, outcome: Outcome, failure: Failure | None = None
) -> bool:
    """Account for the end of an attempt; return False if it had ended before."""
    if failure is not None and attempt.outcome is None:
        attempt.error_type, attempt.error = failure.error_type, failure.error
    return attempts.end(attempt, outcome)


def record_of(attempt: Attempt, headers: Mapping[str, Any], traceback: str) -> str:
    """Return what the dead set keeps of an attempt that ended as dead."""
    return dead_record(
        job_id=attempt.job_id,
        queue=attempt.queue,
        task=attempt.task,
        outcome=str(attempt.outcome),
        attempts=attempt.number,
        correlation_id=attempt.correlation_id,
        headers=headers,
        error_type=attempt.error_type,
        error=attempt.error,
        traceback=traceback,
    )
