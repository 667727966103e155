"""A process's way to the collector: one provider of spans, whose thread exports them in batches.

Each process has its own. A forked child inherits neither its parent's thread nor its connections.
"""

import atexit
import encodings.idna
import logging
import netrc
import os
import re
import time
from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext

from opentelemetry import trace
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import SERVICE_NAME, Resource
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExportResult

from workers.tracing.chosen_ids import ChosenIds

LIBRARY = "headcount"
"""Names the spans' instrumentation scope, and the service where OTEL_SERVICE_NAME does not."""

IMPORTED_LATE = (encodings.idna, netrc)
"""By the first export, in its thread: a child forked meanwhile could never import them."""

QUERY = re.compile(r"\?\S+")

LONGEST_GUARDED_EXPORT_SECONDS = 1.0
"""A fork waits for it, and with it whatever else its thread does."""

LONGEST_GOODBYE_MILLISECONDS = 1000
"""A process that ends waits this long for the collector; a child's slot is empty meanwhile."""


class Exporter:
    """Makes spans for this process, whichever it is."""

    def __init__(self) -> None:
        self._made_by = 0
        self._provider: TracerProvider | None = None
        self._tracer: trace.Tracer
        self._guarded: tuple[int, AbstractContextManager[object]] = (0, nullcontext())
        atexit.register(self.close)

    def tracer(self) -> trace.Tracer:
        """Return what makes spans here."""
        if self._made_by != os.getpid():
            self._begin()
        return self._tracer

    def guard_forks(self, guard: AbstractContextManager[object]) -> None:
        """Export in this process only within ``guard``, in which it forks no children."""
        self._guarded = os.getpid(), guard

    def serve_all(self) -> None:
        """Let all in this process use it: what jobs trace by themselves is exported as well."""
        self.tracer()
        if _nobody_else_traces() and self._provider is not None:
            trace.set_tracer_provider(self._provider)

    def close(self) -> None:
        """Export what is left, within a second; what is made later is not exported."""
        if self._provider is not None and self._made_by == os.getpid():
            self._provider.shutdown()

    def _begin(self) -> None:
        _speak_seldom()
        inherited, (forking, guard) = self._provider, self._guarded
        self._provider = new_provider(
            GuardedExporter(guard) if forking == os.getpid() else OTLPSpanExporter()
        )
        self._tracer = self._provider.get_tracer(LIBRARY)
        self._made_by = os.getpid()  # last, for other threads that look
        if inherited is not None:
            inherited.shutdown()  # the SDK has given it a thread, of which there is no need


class GuardedExporter(OTLPSpanExporter):
    """Exports within a guard, and briefly."""

    def __init__(self, guard: AbstractContextManager[object]) -> None:
        super().__init__(timeout=LONGEST_GUARDED_EXPORT_SECONDS)
        self._guard = guard

    def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
        """Export spans."""
        with self._guard:
            return super().export(spans)


class OnceAMinute(logging.Filter):
    """Lets one record a minute through: a collector that is away is worth no more lines.

    Without the query of the collector's URL, which may be a token.
    """

    def __init__(self) -> None:
        super().__init__()
        self._next = 0.0

    def filter(self, record: logging.LogRecord) -> bool:
        """Return whether this one is let through."""
        now = time.monotonic()
        if now < self._next:
            return False
        self._next = now + 60
        record.msg, record.args = QUERY.sub("?…", record.getMessage()), ()
        return True


def _speak_seldom() -> None:
    log = logging.getLogger(OTLPSpanExporter.__module__)
    if not any(isinstance(one, OnceAMinute) for one in log.filters):
        log.addFilter(OnceAMinute())


class PromptProcessor(BatchSpanProcessor):
    """The SDK's, but for its patience with a collector that is away: it would wait for 30 s."""

    def shutdown(self) -> None:
        """Export what is left, within a second."""
        self._batch_processor.shutdown(timeout_millis=LONGEST_GOODBYE_MILLISECONDS)


def new_provider(exporter: OTLPSpanExporter) -> TracerProvider:
    """Return what makes spans and has them exported.

    Raises:
        ValueError: a variable of OpenTelemetry's has a value that it does not take.
    """
    provider = TracerProvider(
        resource=_resource(), id_generator=ChosenIds(), shutdown_on_exit=False
    )
    provider.add_span_processor(PromptProcessor(exporter))
    return provider


def try_out() -> None:
    """Export nothing, as it will be done with spans. Raises as :func:`new_provider`."""
    new_provider(OTLPSpanExporter()).shutdown()


def publishing_tracer(exporter: Exporter) -> trace.Tracer:
    """Return what makes spans where jobs are enqueued: the application's own, if it traces."""
    if _nobody_else_traces():
        return exporter.tracer()
    return trace.get_tracer(LIBRARY)


def _nobody_else_traces() -> bool:
    return isinstance(trace.get_tracer_provider(), trace.ProxyTracerProvider)


def _resource() -> Resource:
    resource = Resource.create()
    if str(resource.attributes.get(SERVICE_NAME, "")).startswith("unknown_service"):
        return resource.merge(Resource({SERVICE_NAME: LIBRARY}))
    return resource
