"""The ``send`` span around a job's publish."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from opentelemetry import context, trace

from service.broker.publishing import AlreadyPendingError, SlotTakenError
from workers.outcomes import failure_of
from workers.tracing.attributes import described, fail
from workers.tracing.carrying import carried

NOT_ENQUEUED = (AlreadyPendingError, SlotTakenError)
"""Raised where a job is not to be enqueued, which is no error."""


@contextmanager
def sending(
    tracer: trace.Tracer, queue: str, attributes: dict[str, Any]
) -> Iterator[dict[str, str]]:
    """Surround a publish by its span; yields the headers that its messages are to carry."""
    span = tracer.start_span(
        f"send {queue}",
        kind=trace.SpanKind.PRODUCER,
        attributes=described("send", queue) | attributes,
    )
    # What Redis is asked meanwhile belongs to the publish, where an application traces that.
    token = context.attach(trace.set_span_in_context(span))
    try:
        yield carried(span)
    except NOT_ENQUEUED:
        span.set_attribute("headcount.enqueued", False)
        raise
    except BaseException as error:
        fail(span, failure_of(error), error)
        raise
    finally:
        context.detach(token)
        span.end()
