"""Ending a worker: it takes no more jobs, gives those that run their grace, then gives up the rest.

Celery's warm shutdown waits for running jobs without limit; Kubernetes does not, and a job cut
off then would come back only when its lease expires. Here it goes back to its queue at once.
"""

import logging
import os
import threading
from collections.abc import Callable
from typing import Any

import psutil
from celery.worker import state

logger = logging.getLogger("headcount.worker")


class Drain:
    """The end of one worker process. ``grace_seconds``: what running jobs get to finish."""

    def __init__(self, app: Any, grace_seconds: float, last_words: Callable[[], None]) -> None:
        self._app, self._grace_seconds, self._last_words = app, grace_seconds, last_words
        self._finished = threading.Event()

    def begin(self) -> None:
        """Take no more jobs, and start the clock; may be called from a signal handler."""
        if not self._app.activity.draining:
            self._app.activity.draining = True
            threading.Thread(target=self._wait, name="headcount-drain", daemon=True).start()

    def finished(self) -> None:
        """Say that the worker has ended by itself."""
        self._finished.set()

    def _wait(self) -> None:
        for intake in self._app.activity.intakes:
            intake.wake()  # a signal alone does not end the event loop's wait
        if self._finished.wait(self._grace_seconds):
            return
        for request in list(state.active_requests):
            request.given_back()
        self._kill_children()
        given_back = sum(intake.release_all() for intake in self._app.activity.intakes)
        logger.warning(
            "grace of %.0f s is over: %d jobs given back to their queues",
            self._grace_seconds,
            given_back,
        )
        self._last_words()
        os._exit(0)

    def _kill_children(self) -> None:
        """Stop what runs before anyone else can be given it."""
        children = psutil.Process().children(recursive=True)
        for child in children:
            child.kill()
        psutil.wait_procs(children, timeout=5)
