"""What a worker and a Beat announce of themselves: see ``service/broker/process_setup.py``."""

from typing import Any

from service.broker.connection import without_passwords
from service.settings import Settings

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
    """Return task -> cron schedule of the worker classes that have one."""
    return {one.name: one.cron_schedule for one in app.registry if one.cron_schedule is not None}


def result_store(settings: Settings) -> str:
    """Return where results are kept, without the password."""
    return without_passwords(settings.result_backend or settings.require_broker())
