"""Trace context on its way through a message's headers.

By OpenTelemetry's global propagators: ``traceparent``, ``tracestate`` and ``baggage``, unless
``OTEL_PROPAGATORS`` says otherwise.
"""

from collections.abc import Mapping
from typing import Any

from opentelemetry import propagate
from opentelemetry.context import Context
from opentelemetry.trace import Link, Span, SpanContext, get_current_span, set_span_in_context

from service.broker.message import stamps
from workers.tracing.chosen_ids import ids


def carried(span: Span) -> dict[str, str]:
    """Return the headers that tell of a span, and of the baggage of whoever enqueues."""
    headers: dict[str, str] = {}
    propagate.inject(headers, set_span_in_context(span))
    return headers


def sender(headers: Mapping[str, Any]) -> Context:
    """Return the context that a message's headers tell of; an empty one if of none."""
    names = propagate.get_global_textmap().fields
    # Anyone may have written them: nothing but text gets to the propagators.
    found = {name: headers[name] for name in names if isinstance(headers.get(name), str)}
    return propagate.extract(found, Context())


def trace_id_of(context: Context) -> int:
    """Return the trace id in a context; 0 if there is none."""
    return int(get_current_span(context).get_span_context().trace_id)


def last_attempt(headers: Mapping[str, Any]) -> list[Link]:
    """Return a link to the span of the attempt before this one; none if nobody traced it."""
    name = stamps(headers).get("last_span")
    try:
        trace_id, span_id = ids(name) if isinstance(name, str) else (0, 0)
    except ValueError:
        return []
    context = SpanContext(trace_id, span_id, is_remote=True)
    return [Link(context, {"headcount.link": "last_attempt"})] if context.is_valid else []
