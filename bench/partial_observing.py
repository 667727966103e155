"""Loaded with a worker as a module of jobs: leaves its observing out, or all but one part of it.

``BENCH_OBSERVED`` says what is left. ``nothing``: how attempts end is known, as their leases need
it, but counted and written by nobody. ``accounting``: no canonical line. ``line``: no metrics.
Only for comparison: the product has no such switches.
"""

import os

from service.telemetry.canonical_line import CanonicalLine
from service.telemetry.events import Listener
from service.telemetry.listeners import Listeners
from service.telemetry.worker_metrics import WorkerMetrics
from workers import runtime

LEFT_OUT: dict[str, tuple[type, ...]] = {
    "nothing": (WorkerMetrics, CanonicalLine),
    "accounting": (CanonicalLine,),
    "line": (WorkerMetrics,),
}
"""What is left of the observing -> the listeners that are not told of anything."""


def listeners(*all_of_them: Listener) -> Listeners:
    """Return those that are left."""
    left_out = LEFT_OUT[os.environ["BENCH_OBSERVED"]]
    return Listeners(*(one for one in all_of_them if not isinstance(one, left_out)))


# Modules of jobs are imported before a worker sets up its listeners.
runtime.Listeners = listeners
