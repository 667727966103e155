"""Checks of plain Celery tasks beside the worker classes: whether they can be accounted for."""

from typing import Any

from celery._state import _get_active_apps

from service.cli.findings import Findings, listed, ok, problem, warning
from service.queues import QUEUE_NAMES
from workers.announced import CELERYS_OWN
from workers.task import JobTask, WorkerTask


def check_tasks(app: Any) -> Findings:
    """Find plain tasks that Headcount cannot account for, or whose options do not go together."""
    plain = {
        name: task
        for name, task in sorted(app.tasks.items())
        if not name.startswith(CELERYS_OWN) and not isinstance(task, WorkerTask)
    }
    for name, task in plain.items():
        yield from _task(name, task)
    if plain:
        yield ok("celery", f"{len(plain)} plain tasks: {listed(plain)}")


def check_other_apps(app: Any) -> Findings:
    """Find tasks that belong to another Celery app, and are enqueued through it."""
    for other in _get_active_apps():
        if other is not app and _declares_tasks(other, app):
            yield warning(
                "celery",
                f"the Celery app {other.main!r} has tasks of its own, and their jobs go to its "
                "broker and queues, with plain Celery's promises; mend: from workers import app, "
                "and declare them with @app.task",
            )


def _task(name: str, task: Any) -> Findings:
    if not isinstance(task, JobTask):
        yield problem(
            "celery",
            f"{name}: its base {type(task).__mro__[1].__name__} is no JobTask, so its jobs are "
            "not accounted for; mend: base=workers.task.JobTask, or a subclass",
        )
    queue = getattr(task, "queue", None)
    if queue is not None and queue not in QUEUE_NAMES:
        allowed = ", ".join(QUEUE_NAMES)
        yield problem("celery", f"{name}: queue={queue!r} is wrong; allowed: {allowed}")
    if task.serializer != "json":
        yield problem(
            "celery",
            f"{name}: serializer={task.serializer!r} is wrong: workers take only JSON, and its "
            "jobs would be dead; allowed: 'json'",
        )
    yield from _limits(name, task)


def _limits(name: str, task: Any) -> Findings:
    hard, soft = task.time_limit, task.soft_time_limit
    if hard is not None and soft is not None and soft >= hard:
        yield problem(
            "celery",
            f"{name}: soft_time_limit={soft:g} is wrong; allowed: less than time_limit={hard:g}",
        )
    if task.rate_limit:
        yield warning(
            "celery",
            f"{name}: rate_limit={task.rate_limit!r}: a worker holds leased jobs back, and others "
            "behind them; mend: leave it unset",
        )
    if task.max_retries is None:
        yield warning(
            "celery",
            f"{name}: max_retries=None: a job that always fails is retried for ever, and never in "
            "the dead set; mend: a number",
        )


def _declares_tasks(other: Any, app: Any) -> bool:
    """Return whether tasks were declared with another app; those not set up yet are pending."""
    return bool(other._pending) or bool(other._tasks.keys() - app.tasks.keys())
