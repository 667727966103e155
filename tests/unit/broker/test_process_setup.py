"""What a process announces of itself is read by others, until it ends or falls silent."""

import orjson
import pytest

from service.broker import keys
from service.broker.process_setup import EVERY_SECONDS, MISSED, Announcement, running_processes


@pytest.fixture
def announce(broker):
    def announce(name="worker@pod", role="worker", clock=None, **setup):
        clocks = {"clock": clock} if clock else {}
        one = Announcement(broker.client, name, role, setup, **clocks)
        one.repeat()
        return one

    return announce


def test_what_a_process_says_is_read_as_it_was_said(announce, broker):
    announce(tasks=["a", "b"], cron={"a": "@daily"}, lease_seconds=60.0, queues=["low"])
    (one,) = running_processes(broker.client)
    assert (one.name, one.role, one.lease_seconds) == ("worker@pod", "worker", 60.0)
    assert (one.tasks, one.cron, one.queues) == ({"a", "b"}, {"a": "@daily"}, ("low",))
    assert one.versions["celery"].startswith("5.7.")


def test_a_clock_is_compared_with_the_brokers(announce, broker):
    seconds, microseconds = broker.client.time()
    now = seconds + microseconds / 1e6
    announce("ahead", clock=lambda: now + 30)
    announce("behind", clock=lambda: now - 30)
    ahead, behind = running_processes(broker.client)
    assert 29 < ahead.clock_ahead_seconds <= 30
    assert -31 < behind.clock_ahead_seconds <= -30


def test_a_process_that_has_ended_is_not_there_any_more(announce, broker):
    announce("stays")
    announce("ends").withdraw()
    assert [one.name for one in running_processes(broker.client)] == ["stays"]


def test_a_process_that_fell_silent_is_gone(announce, broker):
    announce("stays")
    announce("killed")
    broker.client.zincrby(keys.PROCESSES_SEEN, -MISSED * EVERY_SECONDS["worker"], "killed")
    assert [one.name for one in running_processes(broker.client)] == ["stays"]
    broker.client.zincrby(keys.PROCESSES_SEEN, -600, "killed")
    announce("stays")
    assert broker.client.hkeys(keys.PROCESSES) == [b"stays"]


def test_what_another_version_says_is_read_as_far_as_it_is_understood(broker):
    said = {"role": "worker", "host": "pod", "pid": 1, "spoons": 3}
    seconds, _ = broker.client.time()
    broker.client.hset(keys.PROCESSES, "other", b"0.001 " + orjson.dumps(said))
    broker.client.zadd(keys.PROCESSES_SEEN, {"other": seconds})
    (one,) = running_processes(broker.client)
    assert (one.pid, one.tasks, one.cron, one.lease_seconds, one.versions) == (
        1, None, None, None, {},
    )  # fmt: skip


def test_a_broker_that_is_gone_lets_a_process_end(own_broker):
    announcement = Announcement(own_broker.client, "worker@pod", "worker", {})
    announcement.repeat()
    own_broker.stop()
    announcement.withdraw()


def test_a_full_broker_takes_announcements(announce, broker):
    broker.client.config_set("maxmemory", 1)
    try:
        announce("new")
    finally:
        broker.client.config_set("maxmemory", 0)
    assert [one.name for one in running_processes(broker.client)] == ["new"]
