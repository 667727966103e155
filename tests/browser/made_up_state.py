"""What a broker would hold after much that takes long to really happen, or that someone forged."""

import time
from contextlib import contextmanager

import orjson

from service.broker import keys
from service.broker.dead_set import dead_record

HOSTILE = """</code><script>stolen = 1</script><img src=x onerror='stolen = 2'>"""
SECRET = "4111 1111 1111 1111"


@contextmanager
def dead_jobs(client, number, task="shop.Charge", queue="low"):
    """Let so many jobs be dead meanwhile; their errors and messages hold a card number."""
    names = [f"dead-{at}" for at in range(number)]
    records = {
        name: dead_record(
            job_id=name, headers={}, queue=queue, outcome="failed", task=task,
            error_type="CardError", error=f"{HOSTILE} {SECRET}", traceback=SECRET * 100,
        )
        for name in names
    }  # fmt: skip
    client.hset(keys.DEAD_RECORDS, mapping=records)
    client.hset(keys.DEAD_MESSAGES, mapping=dict.fromkeys(names, SECRET))
    client.zadd(keys.dead(queue), {name: time.time() - 60 for name in names})
    try:
        yield
    finally:
        client.zrem(keys.dead(queue), *names)
        client.hdel(keys.DEAD_RECORDS, *names)
        client.hdel(keys.DEAD_MESSAGES, *names)


@contextmanager
def hostile_cron_entry(client):
    """Let a cron entry be there meanwhile whose names are markup."""
    entry = {"schedule": HOSTILE, "queue": HOSTILE, "next_due": 9e9, "interval_seconds": 60.0}
    client.hset(keys.CRON, HOSTILE, orjson.dumps(entry))
    try:
        yield
    finally:
        client.hdel(keys.CRON, HOSTILE)
