"""The Celery application, built from validated settings."""

from typing import Any

from celery import Celery

from service.settings import Settings
from service.telemetry.correlation import current_correlation_id
from service.telemetry.events import Event
from workers.celery_config import celery_config
from workers.registry import Registry
from workers.signals import connect_signals
from workers.task import JobTask, task_of
from workers.worker import Worker


class HeadcountCelery(Celery):
    """A Celery app that knows its settings, and whom to tell what happens to jobs."""

    settings: Settings
    registry: Registry

    def emit(self, event: Event) -> None:
        """Tell the listeners; a worker replaces it, elsewhere nobody listens."""

    def job_headers(self, job_id: str) -> dict[str, Any]:
        """Return what Headcount adds to the headers of a job enqueued here and now."""
        from service.broker.message import HEADER

        return {HEADER: {"correlation_id": current_correlation_id() or job_id}}


def make_celery(settings: Settings, registry: Registry = Worker.registry) -> HeadcountCelery:
    """Return an app with all worker classes declared so far, and to come, as its tasks.

    Opens no connection.

    Raises:
        SettingsError: no broker is set.
    """
    app = HeadcountCelery("headcount", task_cls=JobTask, set_as_current=True)
    app.settings, app.registry = settings, registry
    # Assigned after the defaults: Celery reads CELERY_BROKER_URL by itself, but only that.
    app.conf.update(celery_config(settings))
    connect_signals(app)
    registry.follow(lambda worker: app.register_task(task_of(worker)))
    return app
