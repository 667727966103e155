"""The one Celery app of this process, made from the environment on first use."""

import os
from functools import cache
from typing import Any

from service.settings import Settings, load_settings
from service.telemetry.log_setup import logging_kept
from workers.registry import load_worker_modules


@cache
def process_app() -> Any:
    """Return this process's Celery app.

    Using it raises SettingsError where ``CELERY_BROKER_URL`` is unset or a setting is wrong.
    """
    from workers.celery_app import make_celery

    return make_celery(lambda: load_settings(os.environ))


def app_with_jobs(settings: Settings) -> Any:
    """Return this process's Celery app with every job module imported and its tasks set up.

    The app comes first: a module's ``@shared_task`` or ``@current_app.task`` is then one of its.

    Raises:
        SettingsError, JobDefinitionError, and whatever a module raises when imported.
    """
    app = process_app()
    with logging_kept():
        load_worker_modules(settings.workers)
        import_celerys_modules(app)
        app.finalize()
    return app


def import_celerys_modules(app: Any) -> None:
    """Import what Celery would when a worker starts: ``include``, ``imports``, what it discovers.

    Raises whatever a module raises when imported.
    """
    from workers.django_support import set_up_django

    set_up_django(app)
    app.loader.init_worker()  # does so once, and not again when a worker starts
