"""What this process holds: its leases, and the names it gives them."""

import os
import uuid

from service.broker.lease import End, queue_of
from service.broker.outbox import Outbox


class Holdings:
    """Leases held, by tag. Any thread may end one; only the first end of a lease counts.

    ``prefix`` begins the tags of this process's leases and of no other's.
    """

    def __init__(self, outbox: Outbox) -> None:
        self._outbox, self._queues = outbox, dict[str, str]()
        self.prefix = f"{os.uname().nodename[:24]}-{os.getpid()}-{uuid.uuid4().hex[:6]}."

    def __len__(self) -> int:
        return len(self._queues)

    def tags(self) -> list[str]:
        """Return the tags of all leases held."""
        return list(self._queues)

    def issued(self, tag: str) -> bool:
        """Return whether this delivery tag is a lease's, held or not."""
        return tag.startswith(self.prefix)

    def add(self, tag: str, queue: str) -> None:
        """Hold one more lease."""
        self._queues[tag] = queue

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
