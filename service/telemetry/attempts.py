"""The attempts a worker holds: gauges of running work come from here, and from nowhere else.

There is no event for an attempt's beginning that its end could miss: what has begun is looked
for among those held.
"""

import time
from collections.abc import Callable
from operator import itemgetter

from service.telemetry.events import Attempt, Outcome


class Attempts:
    """Holds attempts until they end. ``tell`` is called with each that ended.

    One thread receives and ends them; any may look.
    """

    def __init__(self) -> None:
        self.tell: Callable[[Attempt], None] = _nobody
        self._held: set[Attempt] = set()
        self._last_end = time.monotonic()

    def receive(self, attempt: Attempt) -> None:
        """Hold an attempt, until it ends."""
        self._held.add(attempt)

    def end(self, attempt: Attempt, outcome: Outcome) -> bool:
        """End an attempt, once; later words on it are ignored and answered with False."""
        if attempt.outcome is not None:
            return False
        attempt.end(outcome)
        self._last_end = attempt.ended_at
        self.tell(attempt)
        self._held.discard(attempt)
        return True

    def held(self) -> list[Attempt]:
        """Return those that have not ended."""
        return [attempt for attempt in self._held.copy() if attempt.outcome is None]

    def running(self) -> list[Attempt]:
        """Return those that a slot has begun, the longest running first."""
        begun = [(one.started_at, one) for one in self.held() if one.started_at is not None]
        return [one for _, one in sorted(begun, key=itemgetter(0))]

    def last_change(self) -> float:
        """Return when an attempt last started or ended; ``time.monotonic()``."""
        starts = [one.started_at for one in self.held() if one.started_at is not None]
        return max([self._last_end, *starts])


def _nobody(_ended: Attempt) -> None:
    """Stand in for listeners where there are none, as outside workers."""
