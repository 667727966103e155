"""Which dead jobs are meant: of which queues, of which task, dead since when."""

import math
from dataclasses import dataclass

from service.queues import QUEUE_NAMES


@dataclass(frozen=True, slots=True)
class DeadFilter:
    """All that fit. ``died_after``, ``died_before``: Unix seconds by the broker's clock.

    ``task``: a task's name, or the last part of it.
    """

    queues: tuple[str, ...] = QUEUE_NAMES
    task: str | None = None
    died_after: float = -math.inf
    died_before: float = math.inf

    def fits(self, task: str | None) -> bool:
        """Return whether a job of this task is meant."""
        return self.task is None or self.task == task or (task or "").endswith(f".{self.task}")


EVERYTHING = DeadFilter()
