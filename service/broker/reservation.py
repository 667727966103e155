"""One request to the broker: leases that ended, and jobs asked for."""

from collections.abc import Sequence
from functools import cache
from itertools import chain
from typing import Any, NamedTuple

from service.broker import keys
from service.broker.lease import DELIVERIES_ALLOWED, End
from service.broker.outbox import finish_script
from service.broker.scripts import RESERVE, PreparedScript

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

    def packed(self) -> list[bytes]:
        """Return the commands: one script for what ended, one for what is wanted."""
        commands = []
        if self.ends:
            commands.append(finish_script().with_arguments([*chain.from_iterable(self.ends)]))
        if self.asks:
            reserve = reserve_script(self.prefix, self.queues)
            commands.append(reserve.with_arguments((self.room, self.first, self.held)))
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


@cache
def reserve_script(prefix: str, queues: tuple[str, ...]) -> PreparedScript:
    """Return the script that leases jobs of these queues; ``lua/reserve.lua`` says to whom."""
    wakes = [keys.wake(queue) for queue in queues]
    names = (keys.UNACKED, keys.UNACKED_INDEX, keys.LEDGER, *queues, *wakes)
    return PreparedScript(RESERVE, names, (prefix, DELIVERIES_ALLOWED - 1, len(queues), *queues))
