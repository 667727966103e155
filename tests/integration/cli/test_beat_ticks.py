"""Beats at work: one job per slot however many there are, late if need be, missed ones counted."""

import logging
import time
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import orjson
import pytest

from service.broker import keys
from service.broker.snapshot_reader import SnapshotReader
from service.settings import load_settings
from workers import Worker, beat, cron_journal
from workers.cron_journal import FORGET_SECONDS, CronJournal
from workers.process_app import process_app
from workers.registry import Registry

START = datetime(2030, 1, 1, 12, 0, 30, tzinfo=UTC)


class Clock:
    """The wall clock of all Beats, set by hand."""

    def __init__(self):
        self.now = START.timestamp()

    def pass_by(self, **units):
        self.now += timedelta(**units).total_seconds()


@pytest.fixture
def clock(monkeypatch):
    clock = Clock()
    by_hand = SimpleNamespace(time=lambda: clock.now, monotonic=time.monotonic)
    for module in (beat, cron_journal):
        monkeypatch.setattr(module, "time", by_hand)
    return clock


@pytest.fixture
def make_beat(own_broker, enqueue_on, monkeypatch, clock):
    """Make a scheduler over a registry that holds one job per cron expression."""
    enqueue_on(own_broker)

    def make(attributes=None, **expressions):
        registry = Registry()
        monkeypatch.setattr(Worker, "registry", registry)
        for name, expression in expressions.items():
            declared = {
                "__module__": "cron",
                "__qualname__": name,
                "cron_schedule": expression,
                "perform": classmethod(lambda cls: None),
                **(attributes or {}),
            }
            type(name, (Worker,), declared)
        process_app.cache_clear()
        app = process_app()
        app.registry = registry
        settings = load_settings({"CELERY_BROKER_URL": own_broker.url})
        app.cron_journal = CronJournal(settings, {})
        scheduler = beat.CronScheduler(app, max_interval=1)
        tick(scheduler)
        return scheduler

    return make


def tick(*beats):
    """Let Beats do all they have to do now."""
    for _ in range(3):
        for one in beats:
            assert 0 < one.tick() <= 1


def enqueued(broker):
    items = reversed(broker.client.lrange("default", 0, -1))
    return [orjson.loads(item)["headers"]["task"] for item in items]


def entries(broker):
    """Task -> its entry, as the sidecar reads it."""
    return {one.task: one for one in SnapshotReader(broker.client, broker.url)().cron}


def test_nothing_is_enqueued_before_it_is_due(own_broker, make_beat, clock):
    one = make_beat(Often="*/10 * * * *")
    clock.pass_by(minutes=9)
    tick(one)
    assert enqueued(own_broker) == []


def test_what_is_due_is_enqueued_once(own_broker, make_beat, clock):
    one = make_beat(Often="*/10 * * * *", Daily="@daily")
    clock.pass_by(minutes=10)
    tick(one)
    assert enqueued(own_broker) == ["cron.Often"]
    clock.pass_by(minutes=10)
    tick(one)
    assert enqueued(own_broker) == ["cron.Often", "cron.Often"]
    assert own_broker.drifts() == {}


def test_several_beats_enqueue_one_job_per_slot(own_broker, make_beat, clock):
    beats = [make_beat(Often="*/10 * * * *") for _ in range(3)]
    for slot in range(20):
        clock.pass_by(minutes=10)
        tick(*beats[slot % 3 :], *beats[: slot % 3])
    assert len(enqueued(own_broker)) == 20
    assert entries(own_broker)["cron.Often"].missed == 0


def test_a_slot_that_no_beat_saw_is_caught_up_by_the_next_one(own_broker, make_beat, clock):
    make_beat(Often="*/10 * * * *")
    clock.pass_by(minutes=12)
    beats = [make_beat(Often="*/10 * * * *") for _ in range(2)]
    tick(*beats)
    assert enqueued(own_broker) == ["cron.Often"]
    assert entries(own_broker)["cron.Often"].missed == 0


def test_of_many_missed_slots_one_is_caught_up_and_the_others_are_counted(
    own_broker, make_beat, clock
):
    make_beat(Often="*/10 * * * *")
    clock.pass_by(hours=5)
    beats = [make_beat(Often="*/10 * * * *") for _ in range(2)]
    tick(*beats)
    assert enqueued(own_broker) == ["cron.Often"]
    assert entries(own_broker)["cron.Often"].missed == 29


def test_a_slot_past_its_deadline_is_counted_and_not_run(own_broker, make_beat, clock):
    make_beat({"cron_deadline": 60}, Often="*/10 * * * *")
    clock.pass_by(minutes=12)
    tick(make_beat({"cron_deadline": 60}, Often="*/10 * * * *"))
    assert enqueued(own_broker) == []
    assert entries(own_broker)["cron.Often"].missed == 1
    clock.pass_by(minutes=8)
    tick(make_beat({"cron_deadline": 60}, Often="*/10 * * * *"))
    assert enqueued(own_broker) == ["cron.Often"]


def test_a_new_entry_has_missed_nothing(own_broker, make_beat, clock):
    make_beat(Often="*/10 * * * *")
    clock.pass_by(hours=5)
    one = make_beat(New="* * * * *")
    tick(one)
    assert enqueued(own_broker) == []
    clock.pass_by(minutes=1)
    tick(one)
    assert enqueued(own_broker) == ["cron.New"]


def test_another_schedule_begins_anew(own_broker, make_beat, clock):
    make_beat(Often="@daily")
    clock.pass_by(hours=3)
    tick(make_beat(Often="*/10 * * * *"))
    assert enqueued(own_broker) == []
    assert entries(own_broker)["cron.Often"].missed == 0


def test_a_unique_job_still_pending_takes_the_slot_and_is_not_enqueued_twice(
    own_broker, make_beat, clock
):
    one = make_beat({"unique_for": 86400}, Often="*/10 * * * *")
    for _ in range(3):
        clock.pass_by(minutes=10)
        tick(one)
    assert enqueued(own_broker) == ["cron.Often"]
    assert entries(own_broker)["cron.Often"].missed == 0
    assert own_broker.drifts() == {}


def test_a_late_run_is_enqueued_when_the_broker_is_back(own_broker, make_beat, clock, caplog):
    one = make_beat(Often="*/10 * * * *")
    own_broker.stop()
    clock.pass_by(minutes=10)
    with caplog.at_level(logging.INFO, "headcount.beat"):
        tick(one)
    waits = [record for record in caplog.records if "waits for the broker" in record.message]
    assert [record.levelname for record in waits if "cron run" in record.message] == ["ERROR"]
    own_broker.start()
    tick(one)
    assert enqueued(own_broker) == ["cron.Often"]
    clock.pass_by(minutes=10)
    tick(one)
    assert enqueued(own_broker) == ["cron.Often", "cron.Often"]


def test_an_entry_tells_what_ran_and_what_is_next(own_broker, make_beat, clock):
    one = make_beat(Often="*/10 * * * *")
    entry = entries(own_broker)["cron.Often"]
    assert (entry.schedule, entry.queue, entry.interval_seconds) == ("*/10 * * * *", "default", 600)
    assert (entry.last_dispatch, entry.last_success) == (None, None)
    assert entry.next_due == clock.now + 570
    clock.pass_by(minutes=10)
    tick(one)
    assert entries(own_broker)["cron.Often"].last_dispatch == pytest.approx(time.time(), abs=5)
    assert float(own_broker.client.hget(keys.BEAT, "last_tick")) == pytest.approx(
        time.time(), abs=5
    )


def test_an_entry_that_no_beat_has_any_more_disappears(own_broker, make_beat, clock):
    make_beat(Often="*/10 * * * *", Gone="@hourly")
    own_broker.client.hset(keys.CRON_SUCCESSES, mapping={"cron.Often": "1", "cron.Gone": "1"})
    own_broker.client.zincrby(keys.CRON_SEEN, -FORGET_SECONDS - 1, "cron.Gone")
    make_beat(Often="*/10 * * * *")
    assert entries(own_broker).keys() == {"cron.Often"}
    for key in (keys.CRON_SUCCESSES, keys.CRON_SLOTS, keys.CRON_SEEN):
        kind = own_broker.client.type(key)
        left = (
            own_broker.client.zrange(key, 0, -1)
            if kind == b"zset"
            else own_broker.client.hkeys(key)
        )
        assert left == [b"cron.Often"]


def test_a_beat_that_starts_before_the_broker_takes_over_when_it_is_there(
    own_broker, make_beat, clock
):
    one = make_beat(Often="*/10 * * * *")
    clock.pass_by(minutes=10)
    tick(one)
    own_broker.stop()
    one = make_beat(Often="*/10 * * * *")
    clock.pass_by(minutes=10)
    tick(one)
    own_broker.start()
    tick(one)
    assert enqueued(own_broker) == ["cron.Often", "cron.Often"]
