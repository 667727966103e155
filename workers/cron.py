"""Cron expressions: what they allow, and when they are due.

cronsim reads them as Debian's cron does: day of month and day of week are alternatives when
both are restricted, Sunday is 0 and 7, and daylight saving time neither skips nor repeats
daily jobs.
"""

from datetime import datetime, tzinfo

from cronsim import CronSim, CronSimError

from service.errors import ScheduleError

NAMED = {
    "@yearly": "0 0 1 1 *",
    "@annually": "0 0 1 1 *",
    "@monthly": "0 0 1 * *",
    "@weekly": "0 0 * * 0",
    "@daily": "0 0 * * *",
    "@midnight": "0 0 * * *",
    "@hourly": "0 * * * *",
}

ALLOWED = f"five fields (minute hour day month weekday) or one of {', '.join(NAMED)}"


def parse_cron(expression: str) -> str:
    """Return the expression as five fields, single-spaced.

    Raises:
        ScheduleError: it is not understood, or is never due; says what is allowed.
    """
    fields = NAMED.get(expression.strip().lower(), expression).split()
    if len(fields) != 5:
        raise ScheduleError(ALLOWED)
    try:
        next(CronSim(" ".join(fields), datetime(2024, 1, 1)))
    except CronSimError as error:
        raise ScheduleError(f"{ALLOWED} ({error})") from None
    except StopIteration:
        raise ScheduleError(f"{ALLOWED}, due at some time at all") from None
    return " ".join(fields)


def next_due(expression: str, after: float, zone: tzinfo) -> float:
    """Return when a parsed expression is due next, strictly after a time; Unix seconds."""
    times = CronSim(expression, datetime.fromtimestamp(after, zone))
    # In an hour that the end of daylight saving time repeats, CronSim begins with its first pass.
    return next(due for due in (time.timestamp() for time in times) if due > after)
