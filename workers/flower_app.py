"""Flower's application with three changes: whose queues it shows, what it forgets, and access.

Leans on parts of Flower that it does not promise (docs/celery-edges.md).
"""

import time
from collections.abc import Mapping
from typing import Any

from flower.app import Flower
from flower.views import BaseHandler
from tornado.ioloop import PeriodicCallback

from service.queues import QUEUE_NAMES
from workers.report import REMEMBER_SECONDS

MOST_TASKS = 10_000
MOST_WORKERS = 1_000
FORGET_EVERY_SECONDS = 60.0


class HeadcountFlower(Flower):
    """Shows all queues, also those that nobody consumes, and forgets workers that are gone.

    ``access``: values of Flower's options that neither its own variables nor its configuration
    file may change.
    """

    def __init__(self, access: Mapping[str, Any], *, options: Any, **more: Any) -> None:
        for name, value in access.items():
            setattr(options, name, value)
        options.purge_offline_workers = REMEMBER_SECONDS
        super().__init__(options=options, **more)
        BaseHandler.get_active_queue_names = _queue_names
        self._forgetting = PeriodicCallback(self.forget_gone_workers, FORGET_EVERY_SECONDS * 1000)

    def start(self) -> None:
        """Run until stopped."""
        self._forgetting.start()
        super().start()

    def forget_gone_workers(self) -> None:
        """Forget what is kept of workers that are gone; of each deployment's, with new names.

        Flower itself only hides them, and keeps a histogram for each of their tasks.
        """
        state, now = self.events.state, time.time()
        known = {*state.counter, *state.workers, *self.inspector.workers}
        gone = {name for name in known if now - self._last_seen(name) > REMEMBER_SECONDS}
        if gone:
            state.metrics.remove_workers(gone)
        for name in gone:
            for kept in (state.counter, state.workers, self.inspector.workers):
                kept.pop(name, None)

    def _last_seen(self, name: str) -> float:
        worker = self.events.state.workers.get(name)
        answered = self.inspector.workers.get(name, {}).get("timestamp", 0.0)
        return float(max([answered, *(worker.heartbeats if worker is not None else ())]))


def _queue_names(handler: Any) -> list[str]:
    """Return the queues in their order, then what else plain Celery workers consume."""
    workers = handler.application.workers.values()
    consumed = {queue["name"] for one in workers for queue in one.get("active_queues", [])}
    return [*QUEUE_NAMES, *sorted(consumed - {*QUEUE_NAMES})]
