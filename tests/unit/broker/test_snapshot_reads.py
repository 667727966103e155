"""What one reader's snapshots show, one after the other."""

import orjson
import pytest
import redis

from service.broker import keys
from service.broker.scripts import REPORT
from service.broker.snapshot_reader import SnapshotReader
from service.errors import BrokerError
from workers.report import REMEMBER_SECONDS

REPORTED = {
    "host": "pod-a",
    "pid": 1,
    "slots": 8,
    "busy": 0,
    "queues": ["critical", "default"],
    "draining": False,
    "version": "0.1.0",
    "celery_version": "5.7.0",
    "loop_age_seconds": 0.1,
    "idle_seconds": 3.0,
}


@pytest.fixture
def read(broker):
    return SnapshotReader(broker.client, broker.url)


@pytest.fixture
def report(broker):
    def send(name, **changes):
        said = orjson.dumps({**REPORTED, **changes}) if changes != {"gone": True} else b""
        REPORT(broker.client, (keys.WORKERS, keys.WORKERS_SEEN), (name, said, REMEMBER_SECONDS))

    return send


@pytest.mark.parametrize(
    ("key", "field"), [(keys.LEDGER, "low:dead"), (keys.BEAT, "last_tick"), (keys.CRON, "a.Task")]
)
def test_what_somebody_else_wrote_there_is_an_error_in_words(broker, read, key, field):
    broker.client.hset(key, field, "junk")
    with pytest.raises(BrokerError, match="somebody else wrote into headcount: keys"):
        read()


@pytest.mark.parametrize("due_at", [-1e300, 1e300, "noon"])
def test_an_impossible_due_time_is_no_age(broker, read, due_at):
    headers = {"id": "a", "task": "t", "headcount": {"due_at": due_at}}
    broker.client.lpush("low", orjson.dumps({"headers": headers}))
    assert read().queues[-1].oldest_ready_age_seconds == 0.0


def test_workers_are_shown_as_they_reported_last(read, report):
    report("a@pod", busy=1)
    report("b@pod", busy=2)
    before = read()
    report("b@pod", busy=3)
    report("c@pod", busy=4)
    report("a@pod", gone=True)
    after = read()
    assert [(one.name, one.busy) for one in before.workers] == [("a@pod", 1), ("b@pod", 2)]
    assert [(one.name, one.busy) for one in after.workers] == [("b@pod", 3), ("c@pod", 4)]
    assert after.workers[0].last_seen > before.workers[1].last_seen


def test_the_same_report_again_is_news_of_its_worker(read, report):
    report("a@pod", busy=1)
    first = read().workers[0]
    report("a@pod", busy=1)
    assert read().workers[0].last_seen > first.last_seen


def test_what_a_newer_version_says_besides_is_no_trouble(broker, read, report):
    report("newer@pod", busy=1, mood="good")
    entry = {"schedule": "@daily", "queue": "low", "next_due": 1.0, "interval_seconds": 86400.0}
    broker.client.hset(keys.CRON, "shop.Nightly", orjson.dumps(entry | {"weather": "rain"}))
    snapshot = read()
    assert [(one.name, one.busy) for one in snapshot.workers] == [("newer@pod", 1)]
    assert [one.task for one in snapshot.cron] == ["shop.Nightly"]


def test_cron_entries_show_what_happened_since(broker, read):
    entry = {"schedule": "@hourly", "queue": "low", "next_due": 7.0, "interval_seconds": 3600.0}
    broker.client.hset(keys.CRON, "shop.Report", orjson.dumps(entry))
    assert (read().cron[0].missed, read().cron[0].last_dispatch) == (0, None)
    broker.client.hset(keys.CRON_MISSED, "shop.Report", 2)
    broker.client.hset(keys.CRON_DISPATCHED, "shop.Report", 5)
    assert (read().cron[0].missed, read().cron[0].last_dispatch) == (2, 5.0)
    assert read().cron[0].round_trip_seconds is None
    broker.client.hset(keys.CANARIES, "shop.Report", "0.25")
    assert read().cron[0].round_trip_seconds == 0.25


def test_a_broker_that_forgot_the_script_is_read_all_the_same(broker, read, jobs):
    jobs.enqueue("waits")
    jobs.enqueue("runs")
    jobs.reserve(1)
    for _ in range(2):
        broker.client.script_flush()
        default = read().queues[1]
        assert (default.ready, default.leased, default.drift) == (1, 1, 0)


def test_a_user_who_may_only_read_sees_the_same(broker, read, report, jobs):
    jobs.enqueue("waits")
    report("a@pod", busy=1)
    rules = [
        "reset",
        "on",
        ">secret",
        "~*",
        "+@read",
        "+@connection",
        "+info",
        "+eval",
        "+evalsha",
        "+time",
    ]
    broker.client.execute_command("ACL", "SETUSER", "looker", *rules)
    options = broker.client.connection_pool.connection_kwargs
    looker = redis.Redis(
        host=options["host"], port=options["port"], username="looker", password="secret"
    )
    try:
        seen, theirs = read(), SnapshotReader(looker, broker.url)()
        assert (theirs.queues[1].ready, theirs.workers) == (1, seen.workers)
    finally:
        looker.close()
        broker.client.execute_command("ACL", "DELUSER", "looker")
