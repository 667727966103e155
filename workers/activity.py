"""What a worker process is doing right now: for its report to the broker and its metrics."""

import time
from collections.abc import Callable, Mapping
from importlib.metadata import version
from typing import Any

import celery
import psutil
from celery.worker import state

from service.broker.intake import Intake
from service.telemetry.attempts import Attempts
from service.telemetry.events import Attempt
from workers.descendants import descendants

LOOP_PACE_SECONDS = 1.0
"""An idle event loop turns about once a second; later than that is lag."""


class Activity:
    """The vitals of this process (see ``telemetry.worker_vitals``)."""

    def __init__(self, attempts: Attempts) -> None:
        self._attempts = attempts
        self.version = version("headcount")
        self.celery_version = celery.__version__
        self.draining = False
        self.intakes: list[Intake] = []
        self.on_consuming: Callable[[], None] = lambda: None
        self._worker: Any = None
        self._process = psutil.Process()

    def attach(self, worker: Any) -> None:
        """Follow this Celery worker."""
        self._worker = worker

    def consume_through(self, intake: Intake) -> None:
        """Follow a new intake; forget earlier ones that hold nothing any more."""
        kept = [one for one in self.intakes if one.tags()]
        # A counter never falls: the new one goes on where those that are forgotten were.
        intake.line.reconnects += self.broker_reconnects - sum(i.line.reconnects for i in kept)
        self.intakes = [*kept, intake]
        self.on_consuming()

    @property
    def slots(self) -> int:
        """Jobs this worker can perform at once."""
        pool = getattr(self._worker, "pool", None)
        return int(pool.num_processes if pool is not None else 0)

    @property
    def busy(self) -> int:
        """Jobs being performed now."""
        return len(state.active_requests)

    def running(self) -> list[Attempt]:
        """Return the attempts being performed now, the longest running first."""
        return self._attempts.running()

    @property
    def broker_reconnects(self) -> int:
        """Times the broker was lost and found again."""
        return sum(intake.line.reconnects for intake in self.intakes)

    def tags(self) -> list[str]:
        """Return the tags of all leases this process holds."""
        return [tag for intake in self.intakes for tag in intake.tags()]

    def loop_age_seconds(self) -> float:
        """Return how long ago the event loop last turned."""
        turned = max((intake.ticked_at for intake in self.intakes), default=time.monotonic())
        return max(0.0, time.monotonic() - turned)

    def loop_lag_seconds(self) -> float:
        """Return the same, beyond its pace."""
        return max(0.0, self.loop_age_seconds() - LOOP_PACE_SECONDS)

    def idle_seconds(self) -> float:
        """Return how long a slot has been free without any being taken or freed."""
        if self.busy >= self.slots:
            return 0.0
        return time.monotonic() - self._attempts.last_change()

    def memory_bytes(self) -> Mapping[str, int]:
        """Return role -> resident bytes; a child that just ended counts nothing."""
        children = 0
        for child in descendants(self._process.pid):
            try:
                children += child.memory_info().rss
            except psutil.NoSuchProcess:
                continue
        return {"parent": self._process.memory_info().rss, "children": children}
