"""Which processes were silenced when, and so which runs may rightly be followed by another."""

import time
from collections import defaultdict
from collections.abc import Iterable

from tests.chaos.record import Run

SLACK_SECONDS = 1.0
"""Between a signal's sending and its taking effect, children included, on a busy machine."""


class Silences:
    """When which process was killed, frozen, cut off or told to end, and when it came back."""

    def __init__(self) -> None:
        self._silenced = defaultdict[int, list[float]](list)
        self._back = defaultdict[int, list[float]](list)

    def note(self, pids: Iterable[int]) -> None:
        """Note that these are silenced now."""
        for pid in pids:
            self._silenced[pid].append(time.time())

    def note_back(self, pids: Iterable[int]) -> None:
        """Note that these can act again, as of now, on what they knew before."""
        for pid in pids:
            self._back[pid].append(time.time())

    def excuse(self, run: Run, following: Run) -> float | None:
        """Return since when another run was right: one of the two was silenced in between."""
        times = self._silenced[run.pid] + self._silenced[run.worker]
        times += self._back[following.pid] + self._back[following.worker]
        earliest, latest = run.started - SLACK_SECONDS, following.started
        return max((when for when in times if earliest <= when <= latest), default=None)

    def interrupted(self, run: Run) -> bool:
        """Whether a run was silenced so soon after its end that nobody may have heard of it."""
        times = self._silenced[run.pid] + self._silenced[run.worker]
        ended = run.ended or run.started
        return any(abs(when - ended) <= SLACK_SECONDS for when in times)
