"""Celery applications on Django: Celery's own support, for an app whose tasks have a base of ours.

Imports no Django unless ``DJANGO_SETTINGS_MODULE`` is set, and it is installed.
"""

from typing import Any

from celery.fixups.django import fixup

DJANGO_TASK = "workers.django_task:DjangoJobTask"


def follow_django(app: Any) -> None:
    """Give plain tasks Celery's methods for Django, where it is set up."""
    if any(app._fixups):
        app.task_cls = DJANGO_TASK


def set_up_django(app: Any) -> None:
    """Set up Django where there are settings, before modules that need it are imported.

    Celery looks for the settings once, when an app is made. Ours is made before the module that
    says which they are is imported; so this looks again.
    """
    if not any(app._fixups):
        app._fixups = [fixup(app)]
        for found in filter(None, app._fixups):
            found.on_import_modules()
    follow_django(app)
