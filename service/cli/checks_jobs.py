"""Checks of the job modules: that all can be imported, and what their classes declare together.

What one attribute may be is checked when its class is declared (``workers/declaration.py``).
"""

import sys
import time
from collections.abc import Callable
from contextlib import redirect_stdout
from typing import Any

from service.cli.findings import Findings, ok, problem, warning
from service.settings import Settings
from service.sidecar.times import in_words
from workers.cron_slots import CronSlots
from workers.jobs.canary import Canary
from workers.process_app import import_celerys_modules, process_app
from workers.registry import SHIPPED, load_worker_module
from workers.retry_delay import retry_delay
from workers.worker import Worker


def check_modules(settings: Settings) -> Findings:
    """Import every job module; one that fails keeps none of the others from being checked."""
    app = process_app()  # comes first, so that a module's @shared_task is one of its tasks
    for module in (*SHIPPED, *settings.workers):
        yield from _import(load_worker_module, module, settings.workers)
    if settings.broker_url is not None:  # which Celery's own imports ask for
        yield from _import(import_celerys_modules, app)


def _import(importing: Callable[..., None], *arguments: Any) -> Findings:
    try:
        with redirect_stdout(sys.stderr):  # what modules print is no finding
            importing(*arguments)
    except (Exception, SystemExit) as error:  # noqa: BLE001 - what it raises is the finding
        yield problem("workers", f"{type(error).__name__}: {error}")


def check_registered() -> Findings:
    """Say which classes there are."""
    names = sorted(worker.name for worker in Worker.registry)
    yield ok("workers", f"{len(names)} registered: {', '.join(names)}")


def check_class(worker: type[Worker], settings: Settings) -> Findings:
    """Find what a class declares that does not go together."""
    if issubclass(worker, Canary):
        return  # which is to give way to the next
    yield from _uniqueness(worker)
    if worker.cron_schedule is not None:
        yield from _cron(worker, settings)


def _uniqueness(worker: type[Worker]) -> Findings:
    if worker.unique_for is None or not worker.max_retries:
        return
    lasts = longest_seconds(worker)
    if worker.unique_for < lasts:
        yield warning(
            "workers",
            f"{worker.name}: unique_for={worker.unique_for:g} ends before its retries do, which "
            f"may take {in_words(lasts)}: a second job with the same arguments is enqueued "
            f"beside the first; mend: unique_for of at least {lasts:.0f}, or fewer retries",
        )


def longest_seconds(worker: type[Worker]) -> float:
    """Return how long all attempts of a job may take, the pauses between them included."""
    pauses = (
        retry_delay(attempt, worker.retry_backoff, worker.retry_backoff_max, jitter=False)
        for attempt in range(1, worker.max_retries + 1)
    )
    return sum(pauses) + (worker.time_limit or 0) * (worker.max_retries + 1)


def _cron(worker: type[Worker], settings: Settings) -> Findings:
    interval = _interval(worker, settings)
    if worker.expires_in is not None and worker.expires_in < interval:
        yield warning(
            "workers",
            f"{worker.name}: expires_in={worker.expires_in:g} is less than the "
            f"{in_words(interval)} between its runs: one that waits longer is discarded, and "
            f"none comes in its place; mend: expires_in of {interval:g}, or None",
        )
    if worker.time_limit is not None and worker.time_limit > interval and not worker.unique_for:
        yield warning(
            "workers",
            f"{worker.name}: time_limit={worker.time_limit:g} is more than the "
            f"{in_words(interval)} between its runs, so two may run at once; "
            "mend: a shorter time_limit, or unique_for",
        )


def _interval(worker: type[Worker], settings: Settings) -> float:
    """Return the seconds between the next two runs."""
    slots = CronSlots(str(worker.cron_schedule), settings.timezone)
    first = slots.after(time.time())
    return slots.after(first) - first
