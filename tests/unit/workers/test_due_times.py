"""When a job is due: naive times are this machine's, the past is now, nonsense is refused."""

import math
import time
from datetime import UTC, date, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest

from service.errors import ScheduleError
from workers.due import due_at, due_in


@pytest.fixture
def in_new_york(monkeypatch):
    monkeypatch.setenv("TZ", "America/New_York")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


def in_utc(*moment):
    return datetime(*moment, tzinfo=UTC).timestamp()


@pytest.mark.usefixtures("in_new_york")
@pytest.mark.parametrize(
    ("local", "expected"),
    [
        (datetime(2040, 1, 15, 9), in_utc(2040, 1, 15, 14)),
        (datetime(2036, 7, 15, 9), in_utc(2036, 7, 15, 13)),
    ],
)
def test_a_naive_time_is_the_machines_local_time(local, expected):
    assert due_at(local) == expected


@pytest.mark.usefixtures("in_new_york")
def test_a_time_that_spring_skips_is_moved_forward():
    assert due_at(datetime(2036, 3, 9, 2, 30)) == in_utc(2036, 3, 9, 7, 30)  # 03:30 EDT


@pytest.mark.usefixtures("in_new_york")
def test_a_time_that_autumn_repeats_is_the_first_unless_folded():
    assert due_at(datetime(2036, 11, 2, 1, 30)) == in_utc(2036, 11, 2, 5, 30)
    assert due_at(datetime(2036, 11, 2, 1, 30, fold=1)) == in_utc(2036, 11, 2, 6, 30)


@pytest.mark.usefixtures("in_new_york")
def test_an_aware_time_is_taken_as_it_is():
    nine = datetime(2036, 7, 15, 9)
    assert due_at(nine.replace(tzinfo=UTC)) == in_utc(2036, 7, 15, 9)
    assert due_at(nine.replace(tzinfo=ZoneInfo("Asia/Tokyo"))) == in_utc(2036, 7, 15, 0)
    assert due_at(nine.replace(tzinfo=timezone(timedelta(hours=-9.5)))) == in_utc(
        2036, 7, 15, 18, 30
    )


@pytest.mark.parametrize(
    "past",
    [
        datetime.now() - timedelta(seconds=1),
        datetime.now(UTC) - timedelta(days=1),
        datetime(1970, 1, 1),
        datetime(1700, 1, 1, tzinfo=UTC),
    ],
)
def test_a_time_in_the_past_is_now(past):
    assert due_at(past) is None


@pytest.mark.parametrize(
    "wrong",
    [
        None,
        0,
        1_900_000_000.5,
        "2036-07-15T09:00",
        date(2036, 7, 15),
        timedelta(hours=1),
        datetime.max,
        datetime(9999, 12, 31, tzinfo=UTC),
        datetime(9001, 1, 1),
    ],
)
def test_what_is_no_time_is_refused(wrong):
    with pytest.raises(ScheduleError, match=r"^when=.* is wrong; allowed: ") as caught:
        due_at(wrong)
    assert isinstance(caught.value, ValueError)


@pytest.mark.parametrize("seconds", [0.001, 1, 300, 86400 * 365, timedelta(minutes=5)])
def test_seconds_count_from_now(seconds):
    begun = time.time()
    expected = seconds.total_seconds() if isinstance(seconds, timedelta) else seconds
    assert begun + expected <= due_in(seconds) <= time.time() + expected


@pytest.mark.parametrize("seconds", [0, 0.0, -1, -1e300, -(10**400), timedelta(0), timedelta(-1)])
def test_no_seconds_or_less_is_now(seconds):
    assert due_in(seconds) is None


@pytest.mark.parametrize(
    "wrong",
    [math.nan, math.inf, -math.inf, True, "5", None, [5], 5j, 1e18, 10**400, timedelta.max],
)
def test_what_is_no_number_of_seconds_is_refused(wrong):
    with pytest.raises(ScheduleError, match=r"^seconds=.* is wrong; allowed: a finite number"):
        due_in(wrong)
