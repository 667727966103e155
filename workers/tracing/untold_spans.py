"""The spans of attempts whose processes were killed: their parent process tells of them."""

import time
from collections.abc import Mapping
from typing import Any

from service.telemetry.events import Attempt, Event, Outcome
from workers.outcomes import Failure
from workers.tracing.carrying import sender
from workers.tracing.exporter import Exporter
from workers.tracing.processing import begin, conclude


class UntoldSpans:
    """A listener that makes the span of each attempt that began and that nobody else tells of."""

    hears = (Attempt,)

    def __init__(self, exporter: Exporter) -> None:
        self._exporter = exporter

    def __call__(self, event: Event) -> None:
        """Make the span of an attempt; other events are none."""
        if not isinstance(event, Attempt) or event.traced is None or event.started_at is None:
            return
        if not event.traced.told:
            self._tell(event, event.traced.request, event.started_at)

    def _tell(self, attempt: Attempt, request: Mapping[str, Any], started_at: float) -> None:
        ended = time.time_ns()
        began = ended - int((time.monotonic() - started_at) * 1e9)
        span = begin(self._exporter.tracer(), request, sender(request), began)
        span.set_attribute("headcount.told_by", "parent")
        failure = None
        if attempt.error_type is not None:
            failure = Failure(attempt.error_type, attempt.error or "")
        conclude(span, attempt.outcome or Outcome.LOST, failure, end_time=ended)
