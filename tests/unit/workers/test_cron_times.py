"""Cron expressions are read, and due, as Debian's cron has them, clock changes included."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from service.errors import ScheduleError
from workers.cron import NAMED, next_due, parse_cron


def due_times(expression, after, zone, count=3):
    """The next due times, in local time with their offset."""
    moment = datetime.fromisoformat(after).replace(tzinfo=ZoneInfo(zone)).timestamp()
    times = []
    for _ in range(count):
        moment = next_due(parse_cron(expression), moment, ZoneInfo(zone))
        times.append(datetime.fromtimestamp(moment, ZoneInfo(zone)).strftime("%m-%d %H:%M%z"))
    return times


@pytest.mark.parametrize(
    ("given", "read"),
    [
        ("*/10 * * * *", "*/10 * * * *"),
        ("  0   7\t* *  1-5 ", "0 7 * * 1-5"),
        ("0 0 1 JAN sun", "0 0 1 JAN sun"),
        ("@Daily", "0 0 * * *"),
        *NAMED.items(),
    ],
)
def test_five_fields_or_a_name_are_read(given, read):
    assert parse_cron(given) == read


@pytest.mark.parametrize(
    "wrong",
    [
        "",
        "soon",
        "@reboot",
        "* * * *",
        "* * * * * *",
        "60 * * * *",
        "* 24 * * *",
        "* * 0 * *",
        "* * 32 * *",
        "* * * 13 *",
        "* * * * 8",
        "*/0 * * * *",
        "5-1 * * * *",
        "1,,2 * * * *",
        "-1 * * * *",
        "1.5 * * * *",
        "0 0 31 4 *",
        "0 0 30 2 *",
    ],
)
def test_anything_else_is_refused_with_what_is_allowed(wrong):
    with pytest.raises(ScheduleError, match=r"^five fields .* or one of @yearly.*@hourly"):
        parse_cron(wrong)


@pytest.mark.parametrize("sunday", ["0", "7", "SUN"])
def test_sunday_is_0_and_7(sunday):
    assert due_times(f"0 0 * * {sunday}", "2025-01-01", "UTC", 1) == ["01-05 00:00+0000"]


def test_day_of_month_and_day_of_week_are_alternatives():
    times = due_times("0 0 13 * FRI", "2025-01-09", "UTC", 3)
    assert times == ["01-10 00:00+0000", "01-13 00:00+0000", "01-17 00:00+0000"]


def test_a_star_in_one_of_them_leaves_it_to_the_other():
    times = due_times("0 0 */2 * MON", "2025-01-01", "UTC", 2)
    assert times == ["01-13 00:00+0000", "01-27 00:00+0000"]


def test_leap_days_are_waited_for():
    assert due_times("0 0 29 2 *", "2025-01-01", "UTC", 1) == ["02-29 00:00+0000"]


def test_the_time_itself_is_not_due_again():
    assert due_times("0 7 * * *", "2025-01-01T07:00:00", "UTC", 1) == ["01-02 07:00+0000"]
    assert due_times("0 7 * * *", "2025-01-01T06:59:59.9", "UTC", 1) == ["01-01 07:00+0000"]


def test_a_schedule_is_in_its_timezone():
    assert due_times("0 9 * * *", "2025-07-01", "Europe/Berlin", 1) == ["07-01 09:00+0200"]
    assert due_times("0 9 * * *", "2025-07-01", "Asia/Kolkata", 1) == ["07-01 09:00+0530"]


@pytest.mark.parametrize(
    ("zone", "before", "expected"),
    [
        (
            "Europe/Berlin",
            "2025-03-29T12:00",
            ["03-30 03:00+0200", "03-31 02:30+0200", "04-01 02:30+0200"],
        ),
        (
            "America/New_York",
            "2025-03-08T12:00",
            ["03-09 03:00-0400", "03-10 02:30-0400", "03-11 02:30-0400"],
        ),
    ],
)
def test_a_daily_job_in_the_hour_that_spring_skips_runs_right_after(zone, before, expected):
    assert due_times("30 2 * * *", before, zone) == expected


@pytest.mark.parametrize(
    ("zone", "expression", "before", "expected"),
    [
        (
            "Europe/Berlin",
            "30 2 * * *",
            "2025-10-25T12:00",
            ["10-26 02:30+0200", "10-27 02:30+0100", "10-28 02:30+0100"],
        ),
        (
            "America/New_York",
            "30 1 * * *",
            "2025-11-01T12:00",
            ["11-02 01:30-0400", "11-03 01:30-0500", "11-04 01:30-0500"],
        ),
    ],
)
def test_a_daily_job_in_the_hour_that_autumn_repeats_runs_once(zone, expression, before, expected):
    assert due_times(expression, before, zone) == expected


def test_a_job_every_half_hour_runs_through_both_clock_changes():
    spring = due_times("*/30 * * * *", "2025-03-30T01:00", "Europe/Berlin", 3)
    assert spring == ["03-30 01:30+0100", "03-30 03:00+0200", "03-30 03:30+0200"]
    autumn = due_times("*/30 * * * *", "2025-10-26T02:00", "Europe/Berlin", 4)
    assert autumn == [
        "10-26 02:30+0200",
        "10-26 02:00+0100",
        "10-26 02:30+0100",
        "10-26 03:00+0100",
    ]


def test_what_ran_in_the_first_pass_of_a_repeated_hour_is_not_due_in_its_second():
    zone = ZoneInfo("Europe/Berlin")
    second_pass = datetime(2025, 10, 26, 2, 25, tzinfo=zone, fold=1).timestamp()
    due = datetime.fromtimestamp(next_due("30 2 * * *", second_pass, zone), zone)
    assert due == datetime(2025, 10, 27, 2, 30, tzinfo=zone)
