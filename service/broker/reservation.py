"""One request to the broker: leases that ended, and jobs asked for."""

from collections.abc import Sequence
from functools import cache
from typing import Any, NamedTuple

from service.broker import keys
from service.broker.lease import DELIVERIES_ALLOWED, End
from service.broker.outbox import finish_command
from service.broker.scripts import RESERVE

MOST_AT_ONCE = 500
"""Jobs per reservation; Lua cannot unpack many more values."""


class Request(NamedTuple):
    """What is asked for in one round trip.

    ``ends``: to confirm. ``asks``: whether jobs are asked for, and ``room`` how many at most (0:
    only to leave a wake token for others), by a worker that holds ``held``. Their tags, chosen
    by us, are numbered from ``first``, so that a reply that was lost can be asked for again.
    """

    prefix: str
    ends: list[End]
    asks: bool
    room: int
    held: int
    first: int
    queues: tuple[str, ...]

    def commands(self) -> list[tuple[Any, ...]]:
        """Return the commands: one script for what ended, one for what is wanted."""
        commands = [finish_command(self.ends)] if self.ends else []
        if self.asks:
            commands.append(RESERVE.command(_keys(self.queues), self._arguments()))
        return commands

    def tag(self, number: int, queue: str) -> str:
        """Return the tag of the lease with this number; ``lua/reserve.lua`` makes the same."""
        return f"{self.prefix}{number}:{queue}"

    def leased(self, reply: Sequence[Any]) -> list[tuple[str, str, bytes]]:
        """Return (tag, queue, item) of each job in the reply: places of queues and items."""
        queues = [self.queues[place - 1] for place in reply[::2]]
        tags = [self.tag(number, queue) for number, queue in enumerate(queues, self.first)]
        return list(zip(tags, queues, reply[1::2], strict=True))

    def possible_tags(self) -> list[tuple[str, str]]:
        """Return (tag, queue) of every lease this request may have been given."""
        numbers = range(self.first, self.first + self.room)
        return [(self.tag(number, queue), queue) for number in numbers for queue in self.queues]

    def _arguments(self) -> tuple[Any, ...]:
        suspicion = DELIVERIES_ALLOWED - 1
        return (self.room, self.prefix, self.first, self.held, suspicion, *self.queues)


@cache
def _keys(queues: tuple[str, ...]) -> tuple[str, ...]:
    wakes = [keys.wake(queue) for queue in queues]
    return (keys.UNACKED, keys.UNACKED_INDEX, keys.LEDGER, *queues, *wakes)
