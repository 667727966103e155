"""The one Celery app of this process, made from the environment on first use."""

import os
from functools import cache
from typing import Any

from service.settings import load_settings


@cache
def process_app() -> Any:
    """Return this process's Celery app.

    Using it raises SettingsError where ``CELERY_BROKER_URL`` is unset or a setting is wrong.
    """
    from workers.celery_app import make_celery

    return make_celery(lambda: load_settings(os.environ))
