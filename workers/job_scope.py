"""What surrounds a job in the process that performs it."""

import ctypes
import signal
import sys
from collections.abc import Callable
from functools import wraps
from typing import Any

from service.broker.message import stamps
from service.telemetry.job_context import bind_job
from workers.attempt import correlation_of

PR_SET_PDEATHSIG = 1


def scope_jobs(app: Any) -> None:
    """Wrap the tracers of all tasks; Celery builds them anew in each child."""
    tracing = app.tracing
    for task in app.tasks.values():
        trace = task.__trace__ if tracing is None else tracing.within_span(task, task.__trace__)
        task.__trace__ = within_job(trace)


def within_job(trace: Callable[..., Any]) -> Callable[..., Any]:
    """Wrap Celery's tracer of a task, so that every line logged in it says which job it is of.

    Wrapped, not hooked before and after: whatever the job does, its context ends with it.
    """

    @wraps(trace)
    def traced(job_id: str, args: Any, kwargs: Any, request: dict[str, Any]) -> Any:
        info = request.get("delivery_info") or {}
        with bind_job(
            queue=info.get("routing_key") or "",
            task=request["task"],
            job_id=job_id,
            attempt=(request.get("retries") or 0) + 1,
            correlation_id=correlation_of(stamps(request), job_id),
            span=info.get("span"),
        ):
            return trace(job_id, args, kwargs, request)

    return traced


def die_with_parent() -> None:
    """Let no child outlive its parent: its lease would end, and the job run twice at once."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
