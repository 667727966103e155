"""Celery's prefork pool, but for how it hears of jobs that end while the worker drains.

Celery then asks one child after the other, and waits half a second for each that has nothing to
say. Beside many long jobs, one that had ended long before would be given back and run again.
"""

from collections.abc import Callable, Mapping
from multiprocessing.connection import wait
from typing import Any

from celery.concurrency.asynpool import AsynPool, ResultHandler
from celery.concurrency.prefork import TaskPool

PATIENCE_SECONDS = 0.5


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


class PreforkPool(TaskPool):
    """What a worker takes as its pool."""

    Pool = PromptAsynPool
