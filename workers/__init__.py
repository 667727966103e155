"""Jobs: declare them as subclasses of :class:`Worker`, enqueue them from anywhere.

Importing this package opens no connection and reads no variable: a web application imports
its worker classes and enqueues with nothing but ``CELERY_BROKER_URL`` set.
"""

from typing import Any

from workers.worker import Worker

__all__ = ["Worker", "app"]


def __getattr__(name: str) -> Any:
    """Return the process's Celery app as ``workers.app``, made from the environment on first use.

    For plain tasks beside worker classes::

        from workers import app


        @app.task
        def tidy_up(): ...
    """
    if name == "app":
        from workers.process_app import process_app

        return process_app()
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
