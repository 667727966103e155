"""The Celery application: built from validated settings, with all worker classes as its tasks."""

from collections.abc import Callable
from functools import cached_property
from typing import TYPE_CHECKING, Any

from celery import Celery

from service.broker.publisher import Publisher
from service.settings import Settings
from service.telemetry.attempts import Attempts
from workers.celery_config import celery_config
from workers.django_support import follow_django
from workers.registry import Registry
from workers.shortcut import configured_here, unobserved
from workers.signals import connect_signals
from workers.task import JobTask, task_of
from workers.worker import Worker

if TYPE_CHECKING:
    from workers.tracing.tracing import Tracing


class HeadcountCelery(Celery):
    """A Celery app that knows its settings, and whom to tell what happens to jobs.

    ``read_settings`` is called when the app is first used, not when it is made: importing a
    module with ``@app.task`` in it needs no environment.
    """

    events_cls = "workers.celery_events:BackgroundEvents"
    amqp_cls = "workers.celery_messages:JobMessages"

    def __init__(self, read_settings: Callable[[], Settings], registry: Registry) -> None:
        super().__init__("headcount", task_cls=JobTask, set_as_current=True)
        self._read_settings, self.registry = read_settings, registry
        follow_django(self)
        self._following = False
        self.attempts = Attempts()
        self.add_defaults(lambda: celery_config(self.settings) | {"task_routes": (self.route,)})

    @cached_property
    def settings(self) -> Settings:
        """Return the settings.

        Raises:
            SettingsError: one is wrong, or no broker is set.
        """
        settings = self._read_settings()
        settings.require_broker()
        return settings

    def finalize(self, auto: bool = False) -> None:
        """Set up the tasks, those of worker classes declared so far and to come included."""
        _ = self.settings  # a wrong one is said here, before Celery is half set up
        with self._finalize_mutex:
            super().finalize(auto=auto)
            if not self._following:
                self._following = True
                self.registry.follow(lambda worker: self.register_task(task_of(worker)))

    def route(self, name: str, *_: Any, **__: Any) -> dict[str, str] | None:
        """Send a worker class's job to its queue, however it is enqueued."""
        worker = self.registry.get(name)
        return {"queue": worker.queue} if worker is not None else None

    def publishes_directly(self) -> bool:
        """Return whether a job may be published without passing through Celery."""
        return self._configured_here and unobserved(self)

    @cached_property
    def _configured_here(self) -> bool:
        self.finalize(auto=True)
        return configured_here(self)

    @cached_property
    def tracing(self) -> "Tracing | None":
        """Return what traces jobs; None where they are not traced."""
        if self.settings.traces is None:
            return None
        from workers.tracing.switch import make_tracing

        return make_tracing(self.settings.traces)

    @cached_property
    def publisher(self) -> Publisher:
        """Return what publishes without passing through Celery."""
        return Publisher(self.settings)


def make_celery(
    read_settings: Callable[[], Settings], registry: Registry = Worker.registry
) -> HeadcountCelery:
    """Return an app; opens no connection and reads no setting before it is used."""
    app = HeadcountCelery(read_settings, registry)
    connect_signals(app)
    return app
