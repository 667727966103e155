"""What this process holds: its leases, and the names it gives them."""

import os
import time
import uuid
from collections.abc import Callable

from service.broker.lease import End, Lease, queue_of
from service.broker.outbox import Outbox
from service.broker.reservation import MOST_AT_ONCE

EMPTYING_SECONDS = 5.0
"""A worker that has met a suspect takes nothing so long, to be empty and free to run it."""

EMPTYING_PAUSE_SECONDS = 60.0
"""And does so no more often than this: where all jobs are long, a suspect waits for idle hands."""


class Holdings:
    """Leases held, by tag. Any thread may end one; only the first end of a lease counts.

    ``prefix`` begins the tags of this process's leases and of no other's. ``capacity``: how many
    may be held; 0 is no limit.
    """

    def __init__(self, outbox: Outbox, capacity: Callable[[], int]) -> None:
        self._outbox, self._queues, self._capacity = outbox, dict[str, str](), capacity
        self._suspect = ""
        self._emptying_until, self._next_emptying = 0.0, 0.0
        self.prefix = f"{os.uname().nodename[:24]}-{os.getpid()}-{uuid.uuid4().hex[:6]}."

    def __len__(self) -> int:
        return len(self._queues)

    def tags(self) -> list[str]:
        """Return the tags of all leases held."""
        return list(self._queues)

    def issued(self, tag: str) -> bool:
        """Return whether this delivery tag is a lease's, held or not."""
        return tag.startswith(self.prefix)

    def room(self) -> int:
        """Return how many more jobs may be held; none beside a suspect, or while one waits."""
        held = len(self._queues)
        if held and (self._suspect in self._queues or time.monotonic() < self._emptying_until):
            return 0
        limit = self._capacity() or MOST_AT_ONCE
        return max(0, min(limit - held, MOST_AT_ONCE))

    def add(self, lease: Lease) -> None:
        """Hold one more lease."""
        self._queues[lease.tag] = lease.queue
        if lease.last:
            self._suspect = lease.tag

    def make_way(self) -> None:
        """Get empty for a suspect that waits for a worker which holds nothing (see reserve.lua)."""
        now = time.monotonic()
        if now >= self._next_emptying:
            self._emptying_until = now + EMPTYING_SECONDS
            self._next_emptying = now + EMPTYING_PAUSE_SECONDS

    def end(self, end: End) -> bool:
        """End a lease; return False if it had ended before."""
        if self._queues.pop(end.tag, None) is None:
            return False
        self._outbox.add(end)
        return True

    def release(self, tags: list[str]) -> int:
        """Give leases back to the heads of their queues; return how many were still held.

        The last to be taken goes back first, so that the first is the first again.
        """
        ends = [End(tag, queue_of(tag), "released") for tag in reversed(tags)]
        return sum(self.end(end) for end in ends)

    def forget(self) -> None:
        """Hold nothing any more, and say nothing about it."""
        self._queues = {}
        self._outbox.drain()
