"""What a job takes of the broker's memory, waiting, delayed, leased and dead."""

import time
from collections.abc import Callable, Iterator
from dataclasses import replace

from bench.broker import Broker, running_broker
from bench.contestants import headcount
from bench.results import Result
from service.broker import keys
from service.broker.dead_set import dead_record

JOBS = 20_000
ONE_BY_ONE = 2_000

LATER = "[JOB.perform_in(3600 + n) for n in range(int(sys.argv[2]))]"
NOW = "[JOB.perform_async() for n in range(int(sys.argv[2]))]"


def measure() -> Iterator[Result]:
    """Measure the difference that many jobs make to what the broker says it uses."""
    with running_broker() as broker:
        for state, put in _STATES.items():
            broker.client.execute_command("FLUSHALL", "SYNC")  # what is freed later would count
            headcount().enqueue(broker, "noop", 1)
            [item] = broker.client.lrange("default", 0, 0)
            before, jobs = _used(broker), put(broker, item)
            yield _row(state, (_used(broker) - before) / jobs, len(item))


def _row(state: str, figure: float, message: int) -> Result:
    sizes = {"message_bytes": float(message)}
    return Result(row=f"memory of {state}", against="", figure=figure, unit=" B", measured=sizes)


def _waiting(broker: Broker, _item: bytes) -> int:
    headcount().enqueue(broker, "noop", JOBS)
    return JOBS


def _delayed(broker: Broker, _item: bytes) -> int:
    return _one_by_one(broker, LATER, forget=True)


def _leased(broker: Broker, item: bytes) -> int:
    """Write leases as ``reserve.lua`` does."""
    lease = b"[" + item + b',"","default"]'
    for some in _ids("0f3a77c1d2b94e55.{}:default"):
        broker.client.hset(keys.UNACKED, mapping=dict.fromkeys(some, lease))
        broker.client.zadd(keys.UNACKED_INDEX, dict.fromkeys(some, time.time()))
    return JOBS


def _dead(broker: Broker, item: bytes) -> int:
    """Bury jobs as ``finish.lua`` does, each with a traceback of 1,000 characters."""
    for some in _ids("0f3a77c1-d2b9-4e55-8a35-{:012}"):
        broker.client.zadd(keys.dead("default"), dict.fromkeys(some, time.time()))
        broker.client.hset(keys.DEAD_RECORDS, mapping={one: _record(one) for one in some})
        broker.client.hset(keys.DEAD_MESSAGES, mapping=dict.fromkeys(some, item))
    return JOBS


def _ids(form: str) -> Iterator[list[str]]:
    """Yield ids a hundred at a time: what a client has sent takes memory as well."""
    for first in range(0, JOBS, 100):
        yield [form.format(number) for number in range(first, first + 100)]


def _remembered(broker: Broker, _item: bytes) -> int:
    jobs = _one_by_one(broker, NOW, forget=False)
    broker.client.delete("default")
    return jobs


_STATES: dict[str, Callable[[Broker, bytes], int]] = {
    "a waiting job without arguments": _waiting,
    "the same, delayed": _delayed,
    "the same, leased": _leased,
    "the same, dead, with a traceback of 1,000 characters": _dead,
    "what is remembered of a publish for two minutes": _remembered,
}


def _one_by_one(broker: Broker, program: str, forget: bool) -> int:
    publish = f"import sys; from bench.headcount_jobs import Noop as JOB; {program}"
    replace(headcount(), publish=publish).enqueue(broker, "noop", ONE_BY_ONE)
    if forget:
        for name in broker.client.scan_iter("headcount:enqueued:*"):
            broker.client.delete(name)
    return ONE_BY_ONE


def _record(job_id: str) -> str:
    return dead_record(
        job_id=job_id, headers={"id": job_id}, queue="default", outcome="failed", task="shop.Mail",
        error_type="ValueError", error="no such customer", traceback="x" * 1000,
    )  # fmt: skip


def _used(broker: Broker) -> int:
    return int(broker.client.info("memory")["used_memory"])
