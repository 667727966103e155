"""What every log line written inside a job says about that job.

Never leaks: what a job binds ends with it, and so does the half line it printed.
"""

import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from structlog.contextvars import bind_contextvars, clear_contextvars, get_contextvars

from service.telemetry.correlation import correlation, current_correlation_id
from service.telemetry.standard_streams import LoggedStream

_JOB: ContextVar[Mapping[str, Any] | None] = ContextVar("headcount_job", default=None)


@contextmanager
def bind_job(
    queue: str, task: str, job_id: str, attempt: int, correlation_id: str
) -> Iterator[None]:
    """Put the job into every line logged within the block. ``attempt``: 1 is the first.

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
    token = _JOB.set(job)
    try:
        with correlation(correlation_id), _own_bindings():
            yield
    finally:
        _JOB.reset(token)


def context_fields() -> Mapping[str, Any]:
    """Return the current job's fields, or a request's correlation id, or nothing."""
    job = _JOB.get()
    if job is not None:
        return job
    correlation_id = current_correlation_id()
    return {} if correlation_id is None else {"correlation_id": correlation_id}


@contextmanager
def _own_bindings() -> Iterator[None]:
    """Give the block structlog context variables and half-printed lines of its own."""
    outer = get_contextvars()
    clear_contextvars()
    try:
        yield
    finally:
        _flush_prints()
        clear_contextvars()
        bind_contextvars(**outer)


def _flush_prints() -> None:
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, LoggedStream):
            stream.flush()
