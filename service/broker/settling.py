"""Setting a queue's ledger right after the broker has lost data, or plain workers have ended jobs.

Nothing else writes the ledger but the scripts that move jobs.
"""

import redis

from service.broker import keys


def settle(client: "redis.Redis", queue: str, drift: int) -> str:
    """Book ``drift`` jobs out of a queue's ledger, or into it; return what was added to.

    Above 0 they count as moved: no counter falls, and no ratio of successes changes. Below 0 as
    enqueued: they are there, or have ended.

    Raises:
        redis.RedisError: the broker did not answer, or refused.
    """
    what = booked(drift)
    client.hincrby(keys.LEDGER, f"{queue}:{what}", abs(drift))
    return what


def booked(drift: int) -> str:
    """Return which of the ledger's counts takes up a drift."""
    return "moved" if drift > 0 else "enqueued"
