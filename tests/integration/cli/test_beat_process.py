"""``headcount beat`` as a process: it reports itself, and ends when told to."""

import time

import orjson

from service.broker import keys
from tests.waiting import wait_until

HEALTH_CHECK = "workers.jobs.health_check.HealthCheckWorker"


def test_beat_reports_itself_and_its_entries_and_ends_cleanly(start, broker):
    begun = time.time()
    beat = start("beat", broker_url=broker.url)
    wait_until(lambda: broker.client.hget(keys.BEAT, "last_tick"), 6, beat.text())
    assert begun <= float(broker.client.hget(keys.BEAT, "last_tick")) <= time.time()
    entry = orjson.loads(broker.client.hget(keys.CRON, HEALTH_CHECK))
    assert (entry["schedule"], entry["queue"]) == ("*/10 * * * *", "critical")
    assert entry["next_due"] > begun
    assert entry["next_due"] % 600 == 0
    assert beat.stop() == 0
    for line in beat.lines():
        assert {"timestamp", "level", "event", "logger"} <= line.keys()


def test_beat_goes_on_reporting(start, broker):
    beat = start("beat", broker_url=broker.url)
    first = wait_until(lambda: broker.client.hget(keys.BEAT, "last_tick"), 6, beat.text())
    wait_until(lambda: broker.client.hget(keys.BEAT, "last_tick") != first, 8, beat.text())


def test_beat_starts_without_a_broker_and_reports_once_there_is_one(start, own_broker):
    own_broker.stop()
    beat = start("beat", broker_url=own_broker.url)
    wait_until(lambda: beat.said("waits for the broker") or beat.ended, 15, beat.text())
    own_broker.start()
    wait_until(lambda: own_broker.client.hget(keys.BEAT, "last_tick"), 15, beat.text())
    assert beat.stop() == 0
