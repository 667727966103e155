"""PromQL on what each worker is doing: one state a worker, the worst that holds."""

from dashboards import colours
from dashboards.promql import EACH, RATE_WINDOW, seen, series

WORKER = "namespace, instance"
"""One worker process, as Prometheus knows it."""

LAG_SECONDS = 60
WAITED_SECONDS = 60
"""Stuck, as HeadcountWorkerStuck has it: its loop stood still so long, or jobs waited so long for
a slot that it had free."""

IDLE, WORKING, FULL, DRAINING, STUCK = range(5)
STATES = {
    IDLE: ("idle", "semi-dark-green"),
    WORKING: ("working", "blue"),
    FULL: ("all slots busy", "semi-dark-blue"),
    DRAINING: ("draining", colours.DISCARDED),
    STUCK: ("stuck", colours.BAD),
}


def worker_state() -> str:
    """Tell each worker's state, as a number of STATES."""
    draining = f"{_of_worker('headcount_worker_draining')} > 0"
    busy = _of_worker("headcount_worker_busy_slots")
    slots = _of_worker("headcount_worker_slots")
    working = f"({busy} > bool 0) + ({busy} >= bool on ({WORKER}) {slots})"
    stuck = f"({_stands_still()} or {_takes_nothing(busy, slots)}) * 0 + {STUCK}"
    return f"{DRAINING} * ({draining}) or {stuck} or {working}"


def _stands_still() -> str:
    return f"{_of_worker('headcount_worker_loop_lag_seconds')} > {LAG_SECONDS}"


def _takes_nothing(busy: str, slots: str) -> str:
    """Return workers with free slots that received nothing, though a queue of theirs waits.

    They count what they receive by queue, from zero: so a worker's queues are known.
    """
    received = f"rate({series('headcount_jobs_received_total')}[{RATE_WINDOW}])"
    oldest = seen("headcount_queue_oldest_ready_age_seconds", EACH)
    waiting = f"count by ({WORKER}) ({received} and on ({EACH}) {oldest} > {WAITED_SECONDS})"
    return (
        f"({slots} - {busy} > 0) and on ({WORKER}) {waiting} "
        f"and on ({WORKER}) sum by ({WORKER}) ({received}) == 0"
    )


def _of_worker(name: str) -> str:
    return f"sum by ({WORKER}) ({series(name)})"
