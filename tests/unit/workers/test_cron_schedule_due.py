"""When Celery's scheduler is told that an entry is due."""

from datetime import UTC, datetime
from types import SimpleNamespace
from zoneinfo import ZoneInfo

import pytest

from service.errors import ScheduleError
from workers.cron_schedule import CronSchedule


def moment(text):
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.fixture
def clock(monkeypatch):
    """The schedule's own clock, set by hand."""
    clock = SimpleNamespace(now=moment("2030-01-01T00:00"))
    monkeypatch.setattr(CronSchedule, "now", lambda self: clock.now)
    return clock


def every_ten_minutes(zone="UTC"):
    app = SimpleNamespace(settings=SimpleNamespace(timezone=ZoneInfo(zone)))
    return CronSchedule("*/10 * * * *", app)


def test_before_its_time_an_entry_is_not_due(clock):
    clock.now = moment("2030-01-01T00:09:30")
    assert every_ten_minutes().is_due(moment("2030-01-01T00:00")) == (False, 30)


@pytest.mark.parametrize("at", ["2030-01-01T00:10:00", "2030-01-01T00:10:20"])
def test_from_its_time_on_it_is_due_until_it_has_run(clock, at):
    clock.now = moment(at)
    due, seconds = every_ten_minutes().is_due(moment("2030-01-01T00:00:30"))
    assert due
    assert clock.now.timestamp() + seconds == moment("2030-01-01T00:20").timestamp()
    assert not every_ten_minutes().is_due(clock.now).is_due


def test_what_was_missed_is_made_up_for_once(clock):
    clock.now = moment("2030-01-01T05:05")
    assert every_ten_minutes().is_due(moment("2030-01-01T00:00")) == (True, 300)


def test_in_a_repeated_hour_nothing_runs_twice(clock):
    app = SimpleNamespace(settings=SimpleNamespace(timezone=ZoneInfo("Europe/Berlin")))
    daily = CronSchedule("30 2 * * *", app)
    ran = moment("2025-10-26T00:30:01")  # 02:30 in Berlin, for the first time
    clock.now = moment("2025-10-26T01:15")  # 02:15, for the second
    assert not daily.is_due(ran).is_due
    assert not daily.is_due(clock.now).is_due


def test_schedules_are_equal_by_their_expression():
    app = SimpleNamespace()
    assert CronSchedule("@hourly", app) == CronSchedule("0  * * * *", app)
    assert CronSchedule("@hourly", app) != CronSchedule("@daily", app)
    assert len({CronSchedule("@hourly", app), CronSchedule("@hourly", app)}) == 1


def test_a_wrong_expression_is_refused():
    with pytest.raises(ScheduleError):
        CronSchedule("@reboot", SimpleNamespace())
