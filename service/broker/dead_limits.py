"""What the dead set keeps. The rest makes room, the oldest first, and is counted as it goes.

The number is held by ``lua/finish.lua`` with every burial; the age by a chore of every worker,
so that quiet queues grow old as well.
"""

from collections.abc import Sequence
from datetime import timedelta

import redis

from service.broker import keys
from service.broker.scripts import TRIM_DEAD
from service.queues import QUEUE_NAMES

DEAD_SET_LIMIT = 10_000
"""Dead jobs kept per queue: more than anyone looks through, and at most some 100 MB of broker."""

DEAD_SET_AGE = timedelta(days=90)
"""How long a dead job is kept: a quarter, so that what failed in one can be seen in its review;
but not for ever, because messages hold people's data."""

TRIM_SECONDS = 600.0
"""Between two looks for jobs dead too long. A look that finds none costs microseconds."""

TRIM_AT_ONCE = 500
"""Jobs one script forgets: 3.4 ms (measured) in which the broker does nothing else."""


def trim_dead(
    client: "redis.Redis", age: timedelta = DEAD_SET_AGE, queues: Sequence[str] = QUEUE_NAMES
) -> None:
    """Forget what has been dead for longer than ``age``; the ledger counts it as overflow."""
    for queue in queues:
        names = (keys.dead(queue), keys.DEAD_RECORDS, keys.DEAD_MESSAGES, keys.LEDGER)
        while TRIM_DEAD(client, names, (queue, age.total_seconds(), TRIM_AT_ONCE)) >= TRIM_AT_ONCE:
            pass
