"""A broker filled with as many jobs, workers, cron entries and dead jobs as one wants."""

import time
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Any

import orjson

from bench.broker import Broker
from service.broker import keys
from service.broker.dead_set import dead_record
from service.queues import QUEUE_NAMES
from workers.report import REMEMBER_SECONDS

SLOTS, AT_ONCE = 8, 10_000
DELAYED_SHARE = 5
"""Every fifth job is delayed."""


class FullBroker:
    """Puts things into a broker as Headcount would, without enqueueing them one by one."""

    def __init__(self, broker: Broker) -> None:
        self.broker, self._client = broker, broker.client

    def fill(self, jobs: int = 0, workers: int = 0, cron: int = 0, dead: int = 0) -> None:
        """Start anew with this much; each worker holds a lease for each of its slots."""
        self._client.flushall()
        self._put("LPUSH", "ready", range(jobs - jobs // DELAYED_SHARE))
        self._put("ZADD", "scheduled", range(jobs // DELAYED_SHARE))
        self._put("ZADD", "dead", range(dead))
        if dead:
            self._client.hset(keys.DEAD_RECORDS, mapping=dict(map(_record, range(dead))))
        for number in range(workers):
            self._lease(number)
        self.report(range(workers))
        for number in range(cron):
            self._client.hset(keys.CRON, f"shop.Cron{number}", orjson.dumps(_entry(number)))

    def report(self, workers: Sequence[int]) -> None:
        """Let these workers report, each differently from before."""
        now = time.time()
        with self._client.pipeline(transaction=False) as commands:
            for number in workers:
                name = f"worker-9808@shop-worker-{number}"
                commands.hset(keys.WORKERS, name, orjson.dumps(_report(number, now)))
                commands.zadd(keys.WORKERS_SEEN, {name: now})
            commands.execute()

    def _lease(self, worker: int) -> None:
        queues = (QUEUE_NAMES[slot % len(QUEUE_NAMES)] for slot in range(SLOTS))
        tags = [f"0f3a77c1d2{worker:06}.{slot}:{queue}" for slot, queue in enumerate(queues)]
        self._client.hset(keys.UNACKED, mapping=dict.fromkeys(tags, b'[{},"",""]'))
        self._client.zadd(keys.UNACKED_INDEX, dict.fromkeys(tags, time.time()))

    def _put(self, command: str, where: str, numbers: range) -> None:
        items = iter(numbers)
        while some := list(islice(items, AT_ONCE)):
            for at, queue in enumerate(QUEUE_NAMES):
                values = list(_values(where, some[at :: len(QUEUE_NAMES)]))
                if values:
                    key = {"ready": queue, "scheduled": keys.scheduled(queue)}.get(where)
                    self._client.execute_command(command, key or keys.dead(queue), *values)


def _values(where: str, numbers: Sequence[int]) -> Iterator[Any]:
    later = time.time() + REMEMBER_SECONDS
    for number in numbers:
        if where != "ready":
            yield later + number
        yield f"job-{number}" if where == "dead" else _message(number)


def _message(number: int) -> bytes:
    headers = {"id": f"job-{number}", "task": "shop.Mail", "headcount": {"due_at": time.time()}}
    return b"\n" + orjson.dumps({"body": "W10=", "headers": headers, "properties": {}})


def _record(number: int) -> tuple[str, str]:
    name, queue = f"job-{number}", QUEUE_NAMES[number % len(QUEUE_NAMES)]
    headers = {"id": name, "task": "shop.Mail"}
    return name, dead_record(
        job_id=name, headers=headers, queue=queue, outcome="failed", task="shop.Mail",
        error_type="ValueError", error="no such customer", traceback="x" * 1000,
    )  # fmt: skip


def _report(worker: int, now: float) -> dict[str, Any]:
    return {
        "host": f"shop-worker-{worker}",
        "pid": 7,
        "slots": SLOTS,
        "busy": SLOTS,
        "queues": QUEUE_NAMES,
        "draining": False,
        "version": "0.1.0",
        "celery_version": "5.7.0",
        "loop_age_seconds": round(now % 1, 3),
        "idle_seconds": 0.0,
    }


def _entry(number: int) -> dict[str, Any]:
    return {
        "schedule": "*/10 * * * *",
        "queue": QUEUE_NAMES[number % len(QUEUE_NAMES)],
        "next_due": 1.8e9 + number,
        "interval_seconds": 600.0,
    }
