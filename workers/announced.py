"""What a worker and a Beat announce of themselves: see ``service/broker/process_setup.py``."""

from collections.abc import Iterator
from typing import Any

from service.broker.connection import without_passwords
from service.settings import Settings
from workers.jobs.canary import Canary
from workers.registry import Registry
from workers.worker import Worker

CELERYS_OWN = "celery."


def announced(app: Any, settings: Settings) -> dict[str, Any]:
    """Return how this process is set up, as far as others have to fit it."""
    return {
        "queues": settings.queues,
        "lease_seconds": settings.lease_seconds,
        "timezone": settings.timezone.key,
        "result_store": result_store(settings),
        "tasks": sorted(own_tasks(app)),
        "cron": schedules(app),
    }


def own_tasks(app: Any) -> set[str]:
    """Return the names of all tasks of an app but Celery's own."""
    return {name for name in app.tasks if not name.startswith(CELERYS_OWN)}


def schedules(app: Any) -> dict[str, str]:
    """Return task -> cron schedule of the worker classes that Beat enqueues."""
    return {one.name: schedule for one, schedule in scheduled(app.registry, app.settings)}


def scheduled(registry: Registry, settings: Settings) -> Iterator[tuple[type[Worker], str]]:
    """Yield the worker classes that have a cron schedule, canaries only where they are on."""
    for worker in registry:
        wanted = settings.canaries or not issubclass(worker, Canary)
        if worker.cron_schedule is not None and wanted:
            yield worker, worker.cron_schedule


def result_store(settings: Settings) -> str:
    """Return where results are kept, without the password."""
    return without_passwords(settings.result_backend or settings.require_broker())
