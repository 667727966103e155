"""What Beat does about a cron entry's slots: run for the newest, count those it is too late for."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from service.errors import ScheduleError
from workers.cron_slots import NOTHING_DUE, CronSlots, DueSlots


def moment(text):
    return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp())


NOON = moment("2030-01-01T12:00")
EVERY_TEN_MINUTES = CronSlots("*/10 * * * *", UTC)


def test_before_its_time_nothing_is_due():
    assert EVERY_TEN_MINUTES.due(NOON, NOON + 599.9, None) is NOTHING_DUE


@pytest.mark.parametrize("late", [0, 20, 599])
def test_from_its_time_on_a_slot_is_to_be_run(late):
    assert EVERY_TEN_MINUTES.due(NOON, NOON + 600 + late, None) == DueSlots(run=NOON + 600)


def test_of_several_slots_the_newest_is_run_and_the_others_are_missed():
    due = EVERY_TEN_MINUTES.due(NOON, NOON + 3 * 600 + 1, None)
    assert due == DueSlots(missed=2, last_missed=NOON + 1200, run=NOON + 1800)


def test_a_slot_past_its_deadline_is_missed():
    assert EVERY_TEN_MINUTES.due(NOON, NOON + 660, 60) == DueSlots(run=NOON + 600)
    assert EVERY_TEN_MINUTES.due(NOON, NOON + 661, 60) == DueSlots(1, NOON + 600)
    assert EVERY_TEN_MINUTES.due(NOON, NOON + 1861, 60) == DueSlots(3, NOON + 1800)


def test_a_slot_dealt_with_is_not_due_again():
    assert EVERY_TEN_MINUTES.due(NOON + 600, NOON + 601, None) is NOTHING_DUE


def test_slots_follow_the_clock_of_their_timezone():
    berlin = CronSlots("30 2 * * *", ZoneInfo("Europe/Berlin"))
    assert berlin.after(moment("2030-01-01T00:00")) == moment("2030-01-01T01:30")
    assert berlin.after(moment("2030-07-01T00:00")) == moment("2030-07-01T00:30")


def test_a_wrong_expression_is_refused():
    with pytest.raises(ScheduleError, match="five fields"):
        CronSlots("* * * *", UTC)
