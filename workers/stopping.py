"""Celery's worker, told to stop: by a signal, from afar, or by an error.

SIGTERM and Ctrl-C begin the drain, a second one of either hurries it, SIGQUIT does both at once.
Celery's own handlers ignore a second SIGTERM, and end with a failure after Ctrl-C.
"""

import os
import signal
from types import FrameType
from typing import Any

from celery.apps.worker import Worker
from celery.platforms import EX_OK
from celery.worker import state

STOP_SIGNALS = (signal.SIGTERM, signal.SIGINT)


class JobWorker(Worker):
    """Drains, however it is told to stop."""

    def install_platform_tweaks(self, worker: Any) -> None:
        """Install signal handlers: Celery's, and in place of some ours."""
        super().install_platform_tweaks(worker)
        parent = os.getpid()

        def stop(number: int, _: FrameType | None) -> None:
            # Children inherit the handler; a terminal's signals reach them too.
            if os.getpid() != parent:
                return
            drain = self.app.drain
            if drain.begun or number == signal.SIGQUIT:
                drain.hurry()
            drain.begin()
            state.should_stop = EX_OK

        for number in (*STOP_SIGNALS, signal.SIGQUIT):
            signal.signal(number, stop)

    def stop(self, in_sighandler: bool = False, exitcode: Any = None) -> None:
        """Stop, within the grace; a stop from afar gives its reason as ``exitcode``."""
        self.app.drain.begin()
        super().stop(in_sighandler, EX_OK if isinstance(exitcode, str) else exitcode)
