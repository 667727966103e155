"""Whatever the schedule, time and zone: the next due time lies ahead and is on the schedule."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from service.errors import ScheduleError
from workers.cron import next_due, parse_cron

ZONES = st.sampled_from(
    ["UTC", "Europe/Berlin", "America/New_York", "Asia/Kolkata", "Australia/Lord_Howe"]
).map(ZoneInfo)
CLOCK_CHANGES = [
    datetime(*change, tzinfo=UTC).timestamp()
    for change in [(2025, 3, 30, 1), (2025, 10, 26, 1), (2025, 3, 9, 7), (2025, 11, 2, 6)]
]
MOMENTS = st.floats(946_684_800, 4_102_444_800) | st.builds(
    lambda change, seconds: change + seconds,
    st.sampled_from(CLOCK_CHANGES),
    st.floats(-7200, 7200),
)


def field(least, most):
    number = st.integers(least, most)
    spans = st.tuples(number, number).map(lambda two: f"{min(two)}-{max(two)}")
    steps = st.integers(1, most or 1).map(lambda step: f"*/{step}")
    lists = st.lists(number.map(str) | spans, min_size=1, max_size=3).map(",".join)
    return st.just("*") | steps | lists


EXPRESSIONS = st.tuples(field(0, 59), field(0, 23), field(1, 28), field(1, 12), field(0, 7)).map(
    " ".join
)


@given(EXPRESSIONS, MOMENTS, ZONES)
def test_the_next_due_time_is_strictly_ahead(expression, moment, zone):
    due = next_due(parse_cron(expression), moment, zone)
    assert due > moment
    assert due % 60 == 0


@given(st.integers(0, 59), MOMENTS, ZONES)
def test_an_hourly_job_is_due_within_the_hour_at_its_minute(minute, moment, zone):
    due = next_due(f"{minute} * * * *", moment, zone)
    if zone.key != "Australia/Lord_Howe":  # its clock changes by half an hour
        assert datetime.fromtimestamp(due, zone).minute in (minute, 0)
    assert due - moment <= 7200


@given(EXPRESSIONS, MOMENTS)
def test_no_due_time_is_skipped_by_asking_later(expression, moment):
    parsed = parse_cron(expression)
    due = next_due(parsed, moment, UTC)
    assert next_due(parsed, (moment + due) / 2, UTC) in (due, next_due(parsed, due, UTC))


@given(st.text() | st.text("0123456789*/,-@ LWJAN", max_size=20))
def test_any_text_is_read_or_refused(text):
    try:
        parsed = parse_cron(text)
    except ScheduleError:
        return
    assert parse_cron(parsed) == parsed
    assert next_due(parsed, 0, UTC) > 0
