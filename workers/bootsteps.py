"""Where Headcount hooks into the start of Celery's consumer."""

from typing import Any

from celery import bootsteps
from celery.worker.consumer.control import Control
from celery.worker.consumer.tasks import Tasks
from celery.worker.pidbox import Pidbox


class FollowConsumer(bootsteps.StartStopStep):
    """Follows the worker and the pool's children, each time a consumer starts."""

    requires = (Tasks,)

    def start(self, consumer: Any) -> None:
        """Follow the worker this consumer belongs to."""
        consumer.app.activity.attach(consumer.controller)

    def register_with_event_loop(self, consumer: Any, hub: Any) -> None:
        """Follow the pool, which has just set up its own handlers."""
        pool = getattr(consumer.pool, "_pool", None)
        if hasattr(pool, "on_process_down"):
            consumer.app.children.watch(pool)


class SteadyPidbox(Pidbox):
    """Takes remote control's commands; a reply that cannot be sent is no reason to stop."""

    def reset(self) -> None:
        """Go on listening.

        Celery begins anew after any error. While the broker is away that fails, and then nobody
        would listen when it is back; our transport listens again by itself.
        """


class SteadyControl(Control):
    """Celery's remote control with that."""

    def __init__(self, consumer: Any, **options: Any) -> None:
        super().__init__(consumer, **options)
        self.box = box = SteadyPidbox(consumer)
        self.start, self.stop, self.shutdown = box.start, box.stop, box.shutdown
