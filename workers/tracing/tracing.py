"""What an app that traces does where jobs are sent, received, performed and lost."""

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from functools import wraps
from typing import Any

from opentelemetry.trace import format_span_id, format_trace_id

from service.telemetry.traced import Traced
from workers.tracing.attributes import many_jobs, one_job
from workers.tracing.carrying import sender, trace_id_of
from workers.tracing.chosen_ids import new_ids
from workers.tracing.exporter import Exporter, publishing_tracer, try_out
from workers.tracing.processing import Trace, within_span
from workers.tracing.sending import sending
from workers.tracing.untold_spans import UntoldSpans

__all__ = ["Tracing", "try_out"]

Carried = AbstractContextManager[dict[str, str]]
"""A block in which messages are published, with the headers that they are to carry."""


class Tracing:
    """Traces the jobs of one app; all of its processes have it, each exports by itself."""

    def __init__(self) -> None:
        self._exporter = Exporter()

    # -- where jobs are enqueued

    def sending(self, queue: str, task: str, job_id: str) -> Carried:
        """Surround the publish of one job."""
        return sending(publishing_tracer(self._exporter), queue, one_job(task, job_id))

    def sending_many(self, queue: str, task: str, number: int) -> Carried:
        """Surround the publish of many jobs: they are sent together, by one span."""
        return sending(publishing_tracer(self._exporter), queue, many_jobs(task, number))

    def around(self, send: Callable[..., Any]) -> Callable[..., Any]:
        """Wrap what Celery sends a task's message with."""

        @wraps(send)
        def traced(producer: Any, name: str, message: Any, **options: Any) -> Any:
            queue, job_id = options.get("queue"), message.headers["id"]
            queue = getattr(queue, "name", queue) or options.get("routing_key") or ""
            with self.sending(queue, name, job_id) as carried:
                # Last: a retry brings along the headers of the message it is the retry of.
                options["headers"] = {**(options.get("headers") or {}), **carried}
                return send(producer, name, message, **options)

        return traced

    # -- where they are performed

    def choose(self, request: Mapping[str, Any]) -> Traced:
        """Choose the span of an attempt that this worker has received."""
        trace_id, span_id = new_ids()
        trace_id = trace_id_of(sender(request)) or trace_id
        return Traced(format_trace_id(trace_id), format_span_id(span_id), request)

    def guard_forks(self, guard: AbstractContextManager[object]) -> None:
        """Export in this process only within ``guard``, in which it forks no children."""
        self._exporter.guard_forks(guard)

    def begin_performing(self) -> None:
        """Be ready to perform jobs in this process, a pool's child just forked or the only one."""
        self._exporter.serve_all()

    def within_span(self, task: Any, trace_task: Trace) -> Trace:
        """Wrap Celery's tracer of a task in the span of the attempt."""
        return within_span(self._exporter, task, trace_task)

    def untold_spans(self) -> UntoldSpans:
        """Return a listener that tells of attempts whose processes were killed."""
        return UntoldSpans(self._exporter)

    def close(self) -> None:
        """Export what is left, since this process is about to end."""
        self._exporter.close()
