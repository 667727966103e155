"""Ending a worker: it takes no more jobs, gives those that run their grace, then gives up the rest.

Celery's warm shutdown waits for running jobs without limit; Kubernetes does not, and a job cut
off then would come back only when its lease expires. Here it goes back to its queue at once.
"""

import logging
import os
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import psutil
from celery.worker import state

logger = logging.getLogger("headcount.worker")

LOOK_SECONDS = 0.1
GIVING_UP_SECONDS = 4.5
"""For giving up what runs. A broker that takes longer gets the leases when they expire."""


class Drain:
    """The end of one worker process. ``grace_seconds``: what running jobs get to finish.

    ``report`` tells the broker that this worker drains, ``last_words`` that it is gone.
    """

    def __init__(
        self,
        app: Any,
        grace_seconds: float,
        report: Callable[[], None],
        last_words: Callable[[], None],
    ) -> None:
        self._app, self._grace_seconds = app, grace_seconds
        self._report, self._last_words = report, last_words
        self._finished = threading.Event()
        self._hurried = False

    @property
    def begun(self) -> bool:
        """Return whether this worker has been told to stop."""
        return bool(self._app.activity.draining)

    def begin(self) -> None:
        """Take no more jobs, and start the clock; may be called from a signal handler, again."""
        if not self.begun:
            self._app.activity.draining = True
            threading.Thread(target=self._wait, name="headcount-drain", daemon=True).start()

    def hurry(self) -> None:
        """End the grace now."""
        # Looked at, not waited for: an event's lock may be held where a signal interrupts.
        self._hurried = True

    def finished(self) -> None:
        """Say that the worker has ended by itself."""
        self._finished.set()

    def _wait(self) -> None:
        begun = time.monotonic()
        logger.info("stopping: running jobs have %.0f s to finish", self._grace_seconds)
        for intake in self._app.activity.intakes:
            intake.wake()  # a signal alone does not end the event loop's wait
        self._report()
        while not self._hurried and time.monotonic() - begun < self._grace_seconds:
            if self._finished.wait(LOOK_SECONDS):
                return
        if not self._finished.is_set():
            self._give_up(time.monotonic() - begun)

    def _give_up(self, waited_seconds: float) -> None:
        intakes = self._app.activity.intakes
        ending = threading.Timer(GIVING_UP_SECONDS, os._exit, (0,))
        ending.daemon = True
        ending.start()
        for intake in intakes:
            intake.consume(())
        children = self._halt_children()
        for request in list(state.active_requests):
            request.given_back()
        self._kill(children)
        if self._app.tracing is not None:
            self._app.tracing.close()  # with the spans of those that were just killed
        self._await_replies()
        # Jobs in threads run until the process ends: nothing may come between that and this.
        self._last_words()
        given_back = sum(intake.release_all() for intake in intakes)
        logger.warning(
            "grace is over after %.0f s: %d jobs given back to their queues",
            waited_seconds,
            given_back,
        )
        os._exit(0)

    def _await_replies(self) -> None:
        """Wait for jobs on their way to this worker, which has just been told to take none."""
        until = time.monotonic() + 1
        while any(one.asking for one in self._app.activity.intakes) and time.monotonic() < until:
            time.sleep(LOOK_SECONDS / 10)

    def _halt_children(self) -> list[psutil.Process]:
        """Let the children do no more, and their parent hear what they have done."""
        children = psutil.Process().children(recursive=True)
        for child in children:
            with suppress(psutil.NoSuchProcess):
                child.suspend()
        if children:
            time.sleep(LOOK_SECONDS)
        return children

    def _kill(self, children: list[psutil.Process]) -> None:
        """Stop what runs before anyone else can be given it."""
        for child in children:
            with suppress(psutil.NoSuchProcess):
                child.kill()
        psutil.wait_procs(children, timeout=3)
