"""Where Headcount hooks into the start of Celery's consumer."""

from typing import Any

from celery import bootsteps
from celery.worker.consumer.tasks import Tasks


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
