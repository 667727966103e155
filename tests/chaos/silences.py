"""Which processes were silenced when, and so which runs may rightly be followed by another."""

import time
from collections import defaultdict
from collections.abc import Iterable

from tests.chaos.record import Run

SLACK_SECONDS = 1.0
"""Between a signal's sending and its taking effect, children included, on a busy machine."""


class Silences:
    """Process id -> times at which it was killed, frozen, cut off or told to end."""

    def __init__(self) -> None:
        self._times = defaultdict[int, list[float]](list)

    def note(self, pids: Iterable[int]) -> None:
        now = time.time()
        for pid in pids:
            self._times[pid].append(now)

    def between(self, run: Run, following: Run) -> float | None:
        """When this run's worker or process was silenced before the following run, if it was."""
        earliest, latest = run.started - SLACK_SECONDS, following.started
        times = sorted(self._times[run.pid] + self._times[run.worker])
        found = [when for when in times if earliest <= when <= latest]
        return found[-1] if found else None
