"""What every log line written inside a job says about that job.

Never leaks: what a job binds ends with it, and so does the half line it printed.
"""

import sys
from collections.abc import Mapping
from contextlib import AbstractContextManager
from contextvars import ContextVar, Token
from types import TracebackType
from typing import Any

from structlog.contextvars import bind_contextvars, clear_contextvars, get_contextvars

from service.telemetry.correlation import correlation, current_correlation_id
from service.telemetry.standard_streams import LoggedStream
from service.telemetry.traced import trace_fields

_JOB: ContextVar[Mapping[str, Any] | None] = ContextVar("headcount_job", default=None)


def bind_job(
    queue: str, task: str, job_id: str, attempt: int, correlation_id: str, span: str | None = None
) -> AbstractContextManager[None]:
    """Put the job into every line logged within the block. ``attempt``: 1 is the first.

    ``span``: name of the attempt's span, ``trace id-span id``, where jobs are traced.

    The correlation id is bound too, so that jobs enqueued within inherit it. Whatever was
    bound around the block (a request, when a job is performed in place) is back after it.
    """
    job = {
        "queue": queue,
        "task": task,
        "job_id": job_id,
        "attempt": attempt,
        "correlation_id": correlation_id,
    }
    if span is not None:
        job |= trace_fields(span)
    return _Bound(job)


def context_fields() -> Mapping[str, Any]:
    """Return the current job's fields, or a request's correlation id, or nothing."""
    job = _JOB.get()
    if job is not None:
        return job
    correlation_id = current_correlation_id()
    return {} if correlation_id is None else {"correlation_id": correlation_id}


class _Bound:
    """Gives a block its job, structlog context variables and half-printed lines of its own.

    No generator: this surrounds every job there is.
    """

    __slots__ = ("_correlation", "_job", "_outer", "_token")

    _token: Token[Mapping[str, Any] | None]
    _outer: Mapping[str, Any]

    def __init__(self, job: Mapping[str, Any]) -> None:
        self._job = job
        self._correlation = correlation(job["correlation_id"])

    def __enter__(self) -> None:
        self._token = _JOB.set(self._job)
        self._correlation.__enter__()
        self._outer = get_contextvars()
        if self._outer:
            clear_contextvars()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        try:
            _flush_prints()
            clear_contextvars()
            if self._outer:
                bind_contextvars(**self._outer)
        finally:
            self._correlation.__exit__(kind, error, traceback)
            _JOB.reset(self._token)


def _flush_prints() -> None:
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, LoggedStream):
            stream.flush()
