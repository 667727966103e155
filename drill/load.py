"""Normal load while the drill goes on: short jobs in all queues, some of which need a retry."""

import contextlib
import itertools
import os
import threading
from collections.abc import Mapping
from typing import Self

PAUSE_SECONDS = 0.1
NAP_SECONDS = 0.1
SECOND_TRY_EVERY = 50


class Load:
    """Enqueues from a thread; what the broker refuses is let go, as a web application would."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        os.environ.update(environ)
        from drill import jobs  # which reads the environment that was just made

        self.jobs = jobs
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._enqueue, daemon=True)

    def __enter__(self) -> Self:
        """Begin."""
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        """End."""
        self._ended.set()
        self._thread.join()

    def _enqueue(self) -> None:
        from service.errors import EnqueueError

        naps = (self.jobs.CriticalNap, self.jobs.Nap, self.jobs.LowNap)
        for number in itertools.count(1):
            if self._ended.wait(PAUSE_SECONDS):
                return
            with contextlib.suppress(EnqueueError):
                naps[number % 3].perform_async(NAP_SECONDS)
                if number % SECOND_TRY_EVERY == 0:
                    self.jobs.SecondTry.perform_async()
