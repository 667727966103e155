"""What spans say: names by OpenTelemetry's conventions for messaging, and a few of our own.

Source: opentelemetry.io, "Semantic conventions for messaging spans", version 1.38. They are still
marked as in development, so their names stand here and not in the SDK.
"""

import traceback
from typing import Any

from opentelemetry.trace import Span, Status, StatusCode

from service.telemetry.tracebacks import TRACEBACK_LIMIT, shortened
from workers.outcomes import Failure


def described(operation: str, queue: str) -> dict[str, Any]:
    """Return what every span of a queue says. ``operation``: ``send`` or ``process``."""
    return {
        "messaging.system": "headcount",
        "messaging.operation.name": operation,
        "messaging.operation.type": operation,
        "messaging.destination.name": queue,
    }


def one_job(task: str, job_id: str) -> dict[str, Any]:
    """Return what a span of one job says besides."""
    return {"messaging.message.id": job_id, "headcount.task": task}


def many_jobs(task: str, number: int) -> dict[str, Any]:
    """Return what a span of many jobs says instead."""
    return {"messaging.batch.message_count": number, "headcount.task": task}


def fail(span: Span, failure: Failure | None, error: BaseException | None = None) -> None:
    """Say what went wrong, with the traceback of ``error``; nothing where nothing did."""
    if failure is None:
        return
    span.set_attribute("error.type", failure.error_type)
    # Not span.record_exception(): that fails on errors whose text cannot be read.
    event = {"exception.type": failure.error_type, "exception.message": failure.error}
    if error is not None:
        event["exception.stacktrace"] = _stacktrace(error)
    span.add_event("exception", event)
    span.set_status(Status(StatusCode.ERROR, str(failure)))


def _stacktrace(error: BaseException) -> str:
    return shortened("".join(traceback.format_exception(error)), TRACEBACK_LIMIT)
