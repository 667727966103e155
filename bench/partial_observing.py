"""Loaded with a worker as a module of jobs: leaves its observing out, or all but one part of it.

``BENCH_OBSERVED`` says what is left. ``nothing``: events are not even made. ``events``: they are
made, and counted and written by nobody. ``accounting``: no canonical line. ``line``: no metrics.
Only for comparison: the product has no such switches.
"""

import os

from service.telemetry.canonical_line import CanonicalLine
from service.telemetry.events import Listener, Outcome
from service.telemetry.listeners import Listeners
from service.telemetry.worker_metrics import WorkerMetrics
from workers import request, runtime
from workers.attempt import Attempt
from workers.outcomes import Failure

LEFT_OUT: dict[str, tuple[type, ...]] = {
    "nothing": (WorkerMetrics, CanonicalLine),
    "events": (WorkerMetrics, CanonicalLine),
    "accounting": (CanonicalLine,),
    "line": (WorkerMetrics,),
}
"""What is left of the observing -> the listeners that are not told of anything."""


class SilentAttempt(Attempt):
    """Knows how it ended, which the broker's ledger needs, and tells nobody."""

    __slots__ = ()

    def received(self, redelivered: bool) -> None:
        """Say nothing."""

    def started(self, started_at: float) -> None:
        """Say nothing."""

    def finished(self, outcome: Outcome, failure: Failure | None = None) -> bool:
        """Remember how it ended, once."""
        if self.outcome is not None:
            return False
        self.outcome = outcome
        return True


def listeners(*all_of_them: Listener) -> Listeners:
    """Return those that are left."""
    left_out = LEFT_OUT[os.environ["BENCH_OBSERVED"]]
    return Listeners(*(one for one in all_of_them if not isinstance(one, left_out)))


# Modules of jobs are imported before a worker sets up its listeners.
runtime.Listeners = listeners
if os.environ["BENCH_OBSERVED"] == "nothing":
    request.Attempt = SilentAttempt
