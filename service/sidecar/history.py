"""Owns the last minute: what each snapshot said of the queues, for sparklines and rates.

Bounded by time, and by number should anyone read more often than once a second.
"""

from collections.abc import Callable
from dataclasses import dataclass

from service.broker.snapshot import LedgerCounts, QueueState, Snapshot

KEPT_SECONDS = 60.0
MOST_MOMENTS = 120
GAP_SECONDS = 3.5
"""Between two moments further apart than this reads failed, and nothing is known."""


@dataclass(frozen=True, slots=True)
class Moment:
    """The queues as they were then. ``as_of``: Unix seconds by the broker's clock."""

    as_of: float
    queues: tuple[QueueState, ...]


History = tuple[Moment, ...]
"""The oldest first."""


def remembered(history: History, snapshot: Snapshot) -> History:
    """Return the history with a snapshot added, and without what is too old.

    What is not older than the snapshot goes too: after a failover the clock is another one.
    """
    now = snapshot.as_of
    kept = [one for one in history if now - KEPT_SECONDS <= one.as_of < now]
    return (*kept[1 - MOST_MOMENTS :], Moment(now, snapshot.queues))


def of_queue(history: History, name: str) -> History:
    """Return the history of one queue alone."""
    return tuple(
        Moment(one.as_of, tuple(queue for queue in one.queues if queue.name == name))
        for one in history
    )


def per_second(history: History, count: Callable[[LedgerCounts], int]) -> float | None:
    """Return by how much a count of the ledger rose a second, over all of the history.

    None where that cannot be said: there is one moment only, or the broker lost its data.
    """
    if len(history) < 2:
        return None
    first, last = history[0], history[-1]
    rose = _counted(last, count) - _counted(first, count)
    return rose / (last.as_of - first.as_of) if rose >= 0 else None


def _counted(moment: Moment, count: Callable[[LedgerCounts], int]) -> int:
    return sum(count(queue.ledger) for queue in moment.queues)
