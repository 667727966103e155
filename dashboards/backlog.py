"""PromQL on backlogs: is a queue behind, since when, and when will it have caught up.

A queue has a backlog while more of its jobs are ready than its workers have slots: what is less
is gone with the next free slots. NONE, GROWS and ALWAYS stand where there is no time to tell.
"""

from dashboards.promql import EACH, RANGE, RATE_WINDOW, queue_depth, seen, series, wait_threshold

NONE, GROWS, ALWAYS = 0, -1, -1
PRECISION = "1m"
"""How closely the past is looked through for when a queue fell behind."""


def drains_in() -> str:
    """Tell in how many seconds each queue's backlog will be gone, if it goes on as just now.

    That is its ready jobs divided by how many fewer they become a second: arrivals, other
    queues' turns and retries are all in it.
    """
    ready = series("headcount_queue_depth", state="ready")
    shrinks = f"-max by ({EACH}) (deriv({ready}[{RATE_WINDOW}]))"
    backlog = f"({queue_depth('ready')} > on ({EACH}) {_slots()})"
    grows = f"{GROWS} * ({queue_depth('ready')} > bool on ({EACH}) {_slots()})"
    return f"{backlog} / on ({EACH}) ({shrinks} > 0) or {grows}"


def drained_at() -> str:
    """Tell when each queue's backlog will be gone, in milliseconds since 1970."""
    return moment_after(drains_in())


def moment_after(seconds: str) -> str:
    """Turn seconds from now into milliseconds since 1970; NONE and GROWS stay."""
    return f"(time() + (({seconds}) > 0)) * 1000 or ({seconds})"


def late_since() -> str:
    """Tell since when each queue's oldest job has been late, in milliseconds since 1970.

    NONE where it is in time; ALWAYS where it has been late for all of the time shown.
    """
    return exceeds_since(_oldest(), f"on ({EACH}) {wait_threshold()}", EACH)


def exceeds_since(value: str, limit: str, by: str) -> str:
    """Tell since when values have exceeded a limit, one for each value of the labels in ``by``.

    ``limit``: a number, or ``on (…)`` and what has these labels too.
    """
    exceeds = f"({value} > bool {limit})"
    last_not = f"max_over_time((time() * (1 - {exceeds}))[{RANGE}:{PRECISION}])"
    return f"({last_not} > 0) * 1000 and on ({by}) {value} > {limit} or {ALWAYS} * {exceeds}"


def earliest(moments: str) -> str:
    """Choose the first of several moments since when something holds."""
    return f"min (({moments}) != {NONE}) or min ({moments})"


def latest(times: str) -> str:
    """Choose the last of several times until a backlog is gone; GROWS where one grows."""
    return f"min (({times}) == {GROWS}) or max ({times})"


def _oldest() -> str:
    return seen("headcount_queue_oldest_ready_age_seconds", EACH)


def _slots() -> str:
    return seen("headcount_queue_slots", EACH)
