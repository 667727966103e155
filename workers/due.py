"""When a job is due: what callers may say, as Unix seconds."""

import math
import time
from datetime import UTC, datetime, timedelta
from typing import Any

from service.errors import ScheduleError

LATEST = datetime(9000, 1, 1, tzinfo=UTC).timestamp()


def due_in(seconds: Any) -> float | None:
    """Return the due time so many seconds from now; None for now.

    Raises:
        ScheduleError: it is no number of seconds, or further away than time goes.
    """
    if isinstance(seconds, timedelta):
        seconds = seconds.total_seconds()
    number = isinstance(seconds, (int, float)) and not isinstance(seconds, bool)
    # Compared, not added: an int may be larger than any float, and nan compares with nothing.
    if not number or not -math.inf < seconds <= LATEST - time.time():
        raise ScheduleError(f"seconds={seconds!r} is wrong; allowed: a finite number of seconds")
    return time.time() + seconds if seconds > 0 else None


def due_at(when: Any) -> float | None:
    """Return a datetime as Unix seconds; None if it has passed. Naive is local time.

    A local time that daylight saving time skips is moved forward; one that happens twice is
    the first, unless its ``fold`` is 1.

    Raises:
        ScheduleError: it is no datetime, or further away than time goes.
    """
    if not isinstance(when, datetime):
        raise ScheduleError(f"when={when!r} is wrong; allowed: a datetime, aware or local")
    try:
        due = when.timestamp()
    except (OverflowError, ValueError, OSError):
        raise ScheduleError(f"when={when!r} is wrong; allowed: years 1 to 8999") from None
    if due > LATEST:
        raise ScheduleError(f"when={when!r} is wrong; allowed: years 1 to 8999")
    return due if due > time.time() else None
