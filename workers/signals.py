"""All of Celery's signals that Headcount listens to, connected in this one place."""

from typing import Any

from celery import Celery, current_task, signals

from service.broker.message import HEADER
from service.telemetry.correlation import current_correlation_id


def connect_signals(app: Celery) -> None:
    """Connect this app's handlers; Celery keeps them by their ``dispatch_uid``, once."""
    connect = {
        signals.before_task_publish: _stamp_publish,
        signals.worker_process_init: lambda **_: _enter_child(app),
        signals.worker_process_shutdown: lambda **_: _leave_child(app),
        # Being connected tells Celery that logging is configured already.
        signals.setup_logging: lambda **_: None,
    }
    for one, handler in connect.items():
        one.connect(handler, weak=False, dispatch_uid=f"headcount.{one.name}")


def _stamp_publish(headers: dict[str, Any] | None = None, **_: Any) -> None:
    """Give a message its correlation id, and the lease it continues, where it continues one."""
    if headers is None or "id" not in headers:
        return
    ours = dict(headers.get(HEADER) or {})
    ours.setdefault("correlation_id", current_correlation_id() or headers["id"])
    request = current_task.request if current_task else None
    # A retry continues its attempt; a replacement has its id too, but is enqueued beside it.
    if request is not None and request.id == headers["id"] and headers.get("retries"):
        info = request.delivery_info or {}
        ours["continues"] = info.get("lease_tag", "")
        if "span" in info:
            ours["last_span"] = info["span"]
    headers[HEADER] = ours


def _enter_child(app: Any) -> None:
    # Not before: whoever only enqueues need not load what logs jobs (0.07 s of CPU).
    from workers.job_scope import die_with_parent, scope_jobs

    die_with_parent()
    scope_jobs(app)
    app.job_metrics.enter_slot()
    if app.tracing is not None:
        app.tracing.begin_performing()


def _leave_child(app: Any) -> None:
    if app.tracing is not None:
        app.tracing.close()
