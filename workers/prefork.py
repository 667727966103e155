"""Celery's prefork pool, but for how soon it hears of what its children did.

While a worker drains, Celery asks one child after the other, and waits half a second for each
that has nothing to say. Beside many long jobs, one that had ended long before would be given back
and run again. And every third killed child is noticed only five seconds later.

It also turns the event loop for less.
"""

from collections.abc import Callable, Mapping
from functools import partial
from multiprocessing.connection import wait
from typing import Any

from celery.concurrency.asynpool import AsynPool, ResultHandler
from celery.concurrency.prefork import TaskPool
from kombu.asynchronous.hub import Hub

PATIENCE_SECONDS = 0.5
LOOK_AGAIN_SECONDS = 0.02


class PromptResultHandler(ResultHandler):
    """Waits for whichever child speaks first."""

    def _flush_outqueue(
        self,
        fileno: int,
        remove: Callable[[int], Any],
        children: Mapping[int, Any],
        on_state_change: Callable[[Any], None],
    ) -> Any:
        child = children.get(fileno)
        if child is not None and child._is_alive() and not wait([fileno], timeout=0):
            wait(list(children), PATIENCE_SECONDS)  # its turn, and that of others, comes again
            return None
        return super()._flush_outqueue(fileno, remove, children, on_state_change)


class PromptAsynPool(AsynPool):
    """Celery's pool of processes with that handler."""

    ResultHandler = PromptResultHandler

    def register_with_event_loop(self, hub: Any) -> None:
        """Join the event loop."""
        hub.remove_writer = partial(_remove_writer, hub)
        super().register_with_event_loop(hub)

    def _event_process_exit(self, hub: Any, child: Any) -> None:
        # A dying process closes its files a moment before its parent may wait for it. Celery
        # looks once, and next when it tidies up, seconds later.
        super()._event_process_exit(hub, child)
        if child.exitcode is None:
            hub.call_later(LOOK_AGAIN_SECONDS, self._event_process_exit, hub, child)


class PreforkPool(TaskPool):
    """What a worker takes as its pool."""

    Pool = PromptAsynPool


def _remove_writer(hub: Any, fd: Any) -> None:
    """Stop watching a pipe to a child, if it is watched.

    Celery says so of every child's in every turn of the loop, and each time the kernel refuses.
    """
    if not isinstance(fd, int) or fd in hub.writers:
        Hub.remove_writer(hub, fd)
