"""How fast queues fill and empty: what the broker counted now against some seconds ago."""

import math
from collections import deque
from typing import NamedTuple

from service.broker.snapshot import QueueState, Snapshot

WINDOW_SECONDS = 10.0
"""Long enough for a steady figure, short enough to see a change."""


class Flow(NamedTuple):
    """What a queue does: jobs enqueued and ended (or moved away) a second, by the ledger.

    ``empty_in_seconds``: until no job waits, if it goes on like this; infinite where they become
    no fewer, None where none waits.
    """

    enqueued: float
    ended: float
    empty_in_seconds: float | None


class FlowMeter:
    """Turns snapshots, as they come, into flows."""

    def __init__(self) -> None:
        self._seen: deque[Snapshot] = deque()

    def add(self, snapshot: Snapshot) -> dict[str, Flow]:
        """Return queue -> its flow over the last seconds; nothing before the second snapshot."""
        if self._seen and _started_anew(self._seen[-1], snapshot):
            self._seen.clear()
        self._seen.append(snapshot)
        while len(self._seen) > 2 and self._seen[1].as_of <= snapshot.as_of - WINDOW_SECONDS:
            self._seen.popleft()
        first = self._seen[0]
        seconds = snapshot.as_of - first.as_of
        if seconds <= 0:
            return {}
        pairs = zip(first.queues, snapshot.queues, strict=True)
        return {now.name: _flow(then, now, seconds) for then, now in pairs}


def _flow(then: QueueState, now: QueueState, seconds: float) -> Flow:
    enqueued = (now.ledger.enqueued - then.ledger.enqueued) / seconds
    ended = (now.ledger.left - then.ledger.left) / seconds
    return Flow(enqueued, ended, _empty_in(now.ready, (then.ready - now.ready) / seconds))


def _empty_in(ready: int, fewer_a_second: float) -> float | None:
    if not ready:
        return None
    return ready / fewer_a_second if fewer_a_second > 0 else math.inf


def _started_anew(before: Snapshot, after: Snapshot) -> bool:
    """Return whether the broker is another one, or lost its data: what only grows has shrunk."""
    pairs = zip(before.queues, after.queues, strict=True)
    return after.as_of < before.as_of or any(
        now.ledger.enqueued < then.ledger.enqueued or now.ledger.left < then.ledger.left
        for then, now in pairs
    )
