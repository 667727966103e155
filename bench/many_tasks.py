"""Two hundred jobs, as many as a worker counts by name, and a watch on their worker's event loop.

Written to the file that ``LOOP_PAUSES`` names: per tenth of a second, the longest time in seconds
that the loop, which a timer wakes every millisecond, was held still by this process's threads.
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
    """Notes how long other threads of this process held the loop still between two ticks.

    As much of a pause as they used the CPU meanwhile: else other processes would count as well.
    """

    def __init__(self, path: Path) -> None:
        self._file = path.open("a", buffering=1)
        self._last, self._others = time.monotonic(), _others_cpu_seconds()
        self._begun, self._longest = self._last, 0.0

    def tick(self) -> None:
        """Be called once a millisecond."""
        now, others = time.monotonic(), _others_cpu_seconds()
        held = min(now - self._last - TICK_SECONDS, others - self._others)
        self._longest, self._last, self._others = max(self._longest, held), now, others
        if now - self._begun >= WINDOW_SECONDS:
            self._file.write(f"{now} {self._longest}\n")
            self._begun, self._longest = now, 0.0


def _others_cpu_seconds() -> float:
    return time.process_time() - time.thread_time()


@worker_ready.connect(weak=False)
def _watch(sender: Any, **_: Any) -> None:
    if path := os.environ.get(LOOP_PAUSES):
        sender.hub.call_repeatedly(TICK_SECONDS, LoopWatch(Path(path)).tick)
