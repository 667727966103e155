"""Two hundred jobs, as many as a worker counts by name, and a watch on their worker's event loop.

Written to the file ``LOOP_PAUSES`` names: per tenth of a second, the longest time in seconds
between two turns of the loop, which a timer wakes every millisecond.
"""

import os
import time
from pathlib import Path
from typing import Any

from celery.signals import worker_ready

from service.telemetry.catalogue import TASK_LIMIT
from workers import Worker, app

LOOP_PAUSES = "LOOP_PAUSES"
TICK_SECONDS, WINDOW_SECONDS = 0.001, 0.1


class _Noop(Worker, abstract=True):
    @classmethod
    def perform(cls) -> None:
        """Do nothing."""


NAMES = [f"shop.jobs.orders.Task{number:03}" for number in range(TASK_LIMIT)]
JOBS = [type(name.rsplit(".", 1)[1], (_Noop,), {"name": name}) for name in NAMES]


def publish(queues: tuple[str, ...] = ("critical", "default", "low")) -> None:
    """Enqueue one job of each name in each queue."""
    for queue in queues:
        for name in NAMES:
            app.tasks[name].apply_async(queue=queue)


class LoopWatch:
    """Notes how long the loop stood still between two ticks."""

    def __init__(self, path: Path) -> None:
        self._file = path.open("a", buffering=1)
        self._last = self._begun = time.monotonic()
        self._longest = 0.0

    def tick(self) -> None:
        """Be called once a millisecond."""
        now = time.monotonic()
        self._longest, self._last = max(self._longest, now - self._last), now
        if now - self._begun >= WINDOW_SECONDS:
            self._file.write(f"{now} {max(0.0, self._longest - TICK_SECONDS)}\n")
            self._begun, self._longest = now, 0.0


@worker_ready.connect(weak=False)
def _watch(sender: Any, **_: Any) -> None:
    if path := os.environ.get(LOOP_PAUSES):
        sender.hub.call_repeatedly(TICK_SECONDS, LoopWatch(Path(path)).tick)
