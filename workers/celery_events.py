"""Celery's own events, which Flower shows, sent by a thread of their own.

Celery sends them from its event loop and waits there for a broker that is away; the ends of
jobs would wait with it. Here an event that the broker does not take at once is dropped.
"""

import logging
import queue
import threading
from typing import Any

from celery.app.events import Events
from celery.events.dispatcher import EventDispatcher

logger = logging.getLogger("headcount.worker")

MOST_WAITING = 1_000


class BackgroundDispatcher(EventDispatcher):
    """Never keeps its caller waiting, and is silent until somebody asks for events."""

    def __init__(self, *args: Any, **options: Any) -> None:
        self._waiting = queue.Queue[tuple[Any, ...] | None](MOST_WAITING)
        self._thread: threading.Thread | None = None
        super().__init__(*args, **options)
        self.buffer_while_offline = False  # or it would keep whatever was not sent

    def send(self, type: str, *args: Any, **fields: Any) -> Any:
        """Send an event if anybody listens; Flower asks every 5 s, so it misses no new worker.

        Celery sends heartbeats all the time: a third of what an idle worker would send.
        """
        if not self.groups or "task" in self.groups:
            return super().send(type, *args, **fields)
        return None

    def _publish(self, event: Any, producer: Any, routing_key: str, **_: Any) -> None:
        if self._thread is None:
            self._thread = threading.Thread(target=self._run, name="celery-events", daemon=True)
            self._thread.start()
        self._put((event, producer, routing_key))

    def close(self) -> None:
        """Send nothing more, after what waits already."""
        super().close()
        self._thread = None
        self._put(None)

    def _put(self, waiting: tuple[Any, ...] | None) -> None:
        try:
            self._waiting.put_nowait(waiting)
        except queue.Full:
            logger.debug("an event was dropped: %d wait already", MOST_WAITING)

    def _run(self) -> None:
        while (waiting := self._waiting.get()) is not None:
            try:
                with self.app.fork_guard:
                    super()._publish(*waiting)
            except Exception as error:  # noqa: BLE001 - no event is worth a job's wait
                logger.debug("an event was dropped: %s", error)


class BackgroundEvents(Events):
    """``app.events`` with that dispatcher."""

    dispatcher_cls = BackgroundDispatcher
