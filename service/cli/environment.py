"""What commands know of their surroundings: the settings, and where the broker is."""

import os
from collections.abc import Mapping
from typing import TYPE_CHECKING

from service.settings import Settings, load_settings

if TYPE_CHECKING:
    import redis


def variables() -> Mapping[str, str]:
    """Return all variables, those that are no settings as well."""
    return os.environ


def read_settings() -> Settings:
    """Return the validated settings.

    Raises:
        SettingsError: a variable is wrong.
    """
    return load_settings(os.environ)


def settings_with_broker() -> Settings:
    """Return the settings with a broker: the one that is set, else that of a running ``serve``.

    Raises:
        SettingsError: none is set and none runs.
    """
    settings = read_settings()
    if settings.broker_url is None:
        from service.serve.embedded import embedded_broker_url

        url = embedded_broker_url(settings)
        if url is not None:
            # Where the process's Celery app will read it.
            os.environ["CELERY_BROKER_URL"] = url
            settings = read_settings()
    settings.require_broker()
    return settings


def broker_client(settings: Settings) -> "redis.Redis":
    """Return a client for the broker that is set."""
    from service.broker.connection import connect

    return connect(settings)
