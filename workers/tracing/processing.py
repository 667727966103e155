"""The ``process`` span of an attempt, in the process that performs it."""

import logging
from collections.abc import Callable, Mapping
from functools import wraps
from typing import Any

from celery.exceptions import Retry
from opentelemetry import context, trace

from service.broker.message import stamps
from service.telemetry.events import Outcome
from workers.attempt import correlation_of
from workers.next_delay import delay_of_next
from workers.outcomes import Failure, failure_of, outcome_of, unwrap
from workers.tracing.attributes import described, fail, one_job
from workers.tracing.carrying import last_attempt, sender
from workers.tracing.chosen_ids import chosen
from workers.tracing.exporter import Exporter

logger = logging.getLogger("headcount.tracing")

Trace = Callable[..., Any]


def within_span(exporter: Exporter, task: Any, trace_task: Trace) -> Trace:
    """Wrap Celery's tracer of a task in the span of the attempt.

    Where the tracer raises, this process is about to end, or cannot say what becomes of the job:
    its parent does, and tells of the span.
    """

    @wraps(trace_task)
    def traced(job_id: str, args: Any, kwargs: Any, request: dict[str, Any]) -> Any:
        try:
            sent = sender(request)
            span = begin(exporter.tracer(), request, sent)
        except Exception:
            logger.exception("an attempt is not traced")
            return trace_task(job_id, args, kwargs, request)
        token = context.attach(trace.set_span_in_context(span, sent))
        try:
            answer = trace_task(job_id, args, kwargs, request)
        finally:
            context.detach(token)
        _end(span, task, request, answer[1])
        return answer

    return traced


def begin(
    tracer: trace.Tracer,
    request: Mapping[str, Any],
    sent: context.Context,
    start_time: int | None = None,
) -> trace.Span:
    """Begin the span that was chosen for a request.

    ``sent``: the context it was sent in. ``start_time``: Unix nanoseconds.
    """
    info = request.get("delivery_info") or {}
    queue, job_id = info.get("routing_key") or "", request["id"]
    attributes = described("process", queue) | one_job(request["task"], job_id)
    attributes["messaging.message.conversation_id"] = correlation_of(stamps(request), job_id)
    attributes["headcount.attempt"] = _number(request)
    attributes["headcount.redelivered"] = bool(info.get("redelivered"))
    with chosen(info["span"]):
        return tracer.start_span(
            f"process {queue}",
            sent,
            trace.SpanKind.CONSUMER,
            attributes,
            last_attempt(request),
            start_time,
        )


def _end(span: trace.Span, task: Any, request: Mapping[str, Any], info: Any) -> None:
    """End the span of an attempt that Celery says this about; None for success."""
    try:
        outcome, failure, error = Outcome.SUCCEEDED, None, None
        if info is not None:
            error = unwrap(info.retval)
            outcome, failure = _outcome(task, _number(request), error), failure_of(error)
            if isinstance(error, Retry):
                error = error.__cause__ or error.exc
        conclude(span, outcome, failure, error)
    except Exception:
        logger.exception("an attempt's end is not traced")


def _outcome(task: Any, number: int, error: BaseException) -> Outcome:
    """Return what the worker's parent process will make of an error."""
    again = delay_of_next(task, number, error) is not None
    return Outcome.RETRIED if again else outcome_of(error)


def conclude(
    span: trace.Span,
    outcome: Outcome,
    failure: Failure | None,
    error: BaseException | None = None,
    end_time: int | None = None,
) -> None:
    """End an attempt's span, saying how the attempt did. ``end_time``: Unix nanoseconds."""
    span.set_attribute("headcount.outcome", outcome.value)
    if outcome is not Outcome.REJECTED:  # that is no error: the job asked for it
        fail(span, failure, error)
    span.end(end_time)


def _number(request: Mapping[str, Any]) -> int:
    return (request.get("retries") or 0) + 1
