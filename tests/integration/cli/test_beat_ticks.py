"""Beat: what is due is enqueued once, late if need be, and the journal says what happened."""

import logging
import time
from datetime import UTC, datetime, timedelta

import orjson
import pytest

from service.broker import keys
from service.settings import load_settings
from workers import Worker
from workers.beat import CronScheduler
from workers.cron_journal import CronJournal
from workers.cron_schedule import CronSchedule
from workers.process_app import process_app
from workers.registry import Registry

START = datetime.now(UTC).replace(minute=0, second=30, microsecond=0)


class Clock:
    def __init__(self):
        self.now = START

    def pass_by(self, **units):
        self.now += timedelta(**units)


@pytest.fixture
def clock(monkeypatch):
    clock = Clock()
    monkeypatch.setattr(CronSchedule, "now", lambda self: clock.now)
    return clock


@pytest.fixture
def make_beat(own_broker, enqueue_on, monkeypatch, clock):
    """Make a scheduler over a registry that holds one job per cron expression."""
    enqueue_on(own_broker)

    def make(**expressions):
        registry = Registry()
        monkeypatch.setattr(Worker, "registry", registry)
        for name, expression in expressions.items():
            attributes = {
                "__module__": "cron",
                "__qualname__": name,
                "cron_schedule": expression,
                "perform": classmethod(lambda cls: None),
            }
            type(name, (Worker,), attributes)
        process_app.cache_clear()
        app = process_app()
        app.registry = registry
        app.cron_journal = CronJournal(load_settings({"CELERY_BROKER_URL": own_broker.url}))
        return CronScheduler(app, max_interval=1)

    return make


def tick(beat):
    """Let Beat do all it has to do now."""
    for _ in range(5):
        wait = beat.tick()
    return wait


def enqueued(broker):
    items = reversed(broker.client.lrange("default", 0, -1))
    return [orjson.loads(item)["headers"]["task"] for item in items]


def journal(broker):
    return {
        task.decode(): orjson.loads(entry)
        for task, entry in broker.client.hgetall(keys.CRON).items()
    }


def test_nothing_is_enqueued_before_it_is_due(own_broker, make_beat, clock):
    beat = make_beat(Often="*/10 * * * *")
    assert tick(beat) <= 1
    clock.pass_by(minutes=9)
    tick(beat)
    assert enqueued(own_broker) == []


def test_what_is_due_is_enqueued_once(own_broker, make_beat, clock):
    beat = make_beat(Often="*/10 * * * *", Daily="@daily")
    clock.pass_by(minutes=10)
    tick(beat)
    assert enqueued(own_broker) == ["cron.Often"]
    clock.pass_by(minutes=10)
    tick(beat)
    assert enqueued(own_broker) == ["cron.Often", "cron.Often"]


def test_runs_that_a_sleeping_machine_missed_are_made_up_for_by_one(own_broker, make_beat, clock):
    beat = make_beat(Often="*/10 * * * *")
    clock.pass_by(hours=5)
    tick(beat)
    assert enqueued(own_broker) == ["cron.Often"]


def test_a_late_run_is_enqueued_when_the_broker_is_back(own_broker, make_beat, clock, caplog):
    beat = make_beat(Often="*/10 * * * *")
    tick(beat)
    own_broker.stop()
    clock.pass_by(minutes=10)
    with caplog.at_level(logging.INFO, "headcount.beat"):
        beat.tick()
        beat.tick()
    waits = [record for record in caplog.records if "waits for the broker" in record.message]
    assert [record.levelname for record in waits if "cron run" in record.message] == ["ERROR"]
    own_broker.start()
    tick(beat)
    assert enqueued(own_broker) == ["cron.Often"]
    clock.pass_by(minutes=10)
    tick(beat)
    assert enqueued(own_broker) == ["cron.Often", "cron.Often"]


def test_the_journal_tells_what_ran_and_what_is_next(own_broker, make_beat, clock):
    beat = make_beat(Often="*/10 * * * *")
    tick(beat)
    entry = journal(own_broker)["cron.Often"]
    assert (entry["schedule"], entry["queue"]) == ("*/10 * * * *", "default")
    assert (entry["interval_seconds"], entry["last_dispatch"]) == (600, None)
    assert time.time() < entry["next_due"] <= time.time() + 600
    clock.pass_by(minutes=10)
    tick(beat)
    assert journal(own_broker)["cron.Often"]["last_dispatch"] == pytest.approx(time.time(), abs=5)
    assert float(own_broker.client.hget(keys.BEAT, "last_tick")) == pytest.approx(
        time.time(), abs=5
    )


def test_an_entry_that_is_gone_disappears_from_the_journal(own_broker, make_beat, clock):
    beat = make_beat(Often="*/10 * * * *", Gone="@hourly")
    own_broker.client.hset(keys.CRON_SUCCESSES, mapping={"cron.Often": "1", "cron.Gone": "1"})
    clock.pass_by(minutes=10)
    tick(beat)
    ran = journal(own_broker)["cron.Often"]["last_dispatch"]
    tick(make_beat(Often="*/10 * * * *"))
    assert journal(own_broker).keys() == {"cron.Often"}
    assert journal(own_broker)["cron.Often"]["last_dispatch"] == ran
    assert own_broker.client.hkeys(keys.CRON_SUCCESSES) == [b"cron.Often"]


def test_a_beat_that_starts_before_the_broker_takes_over_when_it_is_there(
    own_broker, make_beat, clock
):
    beat = make_beat(Often="*/10 * * * *", Gone="@hourly")
    clock.pass_by(minutes=10)
    tick(beat)
    ran = journal(own_broker)["cron.Often"]["last_dispatch"]
    own_broker.stop()
    beat = make_beat(Often="*/10 * * * *")
    beat.tick()
    own_broker.start()
    tick(beat)
    assert journal(own_broker).keys() == {"cron.Often"}
    assert journal(own_broker)["cron.Often"]["last_dispatch"] == ran
