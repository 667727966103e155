"""100,000 jobs due at once: how fast they are promoted, and what a working worker feels of it."""

import time
from collections.abc import Iterator
from dataclasses import dataclass

from bench.broker import Broker, running_broker
from bench.contestants import Contestant, headcount
from bench.process_tree import suspended
from bench.results import Result, Target
from bench.rounds import Figures, medians, rounds
from bench.waiting import until
from service.broker import keys

DUE, BACKLOG, WARM, ROUNDS = 100_000, 40_000, 200, 3
CALM_SECONDS = 3.0
"""The worker works so long before the jobs are due."""

QUEUE = "default"
SCHEDULED = keys.scheduled(QUEUE)
MOVE_AT_ONCE = 5000
MOVE = """
local jobs = redis.call('RPOP', KEYS[1], ARGV[1])
for _, job in ipairs(jobs) do redis.call('ZADD', KEYS[2], 1, job) end
"""
SLOW_MICROSECONDS = 100


def measure() -> Iterator[Result]:
    """Measure with one worker that has enough to do all the while."""
    with running_broker() as broker:
        broker.client.config_set("slowlog-max-len", 100_000)
        (figures,) = rounds(ROUNDS, [headcount(2, 4)], lambda who: _promote(broker, who))
    found = medians(figures)
    yield Result(
        row=f"jobs promoted per second, {DUE:,} due at once, a worker at work",
        against="",
        figure=found["promoted_per_second"],
        target=Target(at_least=20_000),
        measured=found,
    )
    yield Result(
        row=f"that worker's jobs per second while {DUE:,} are promoted",
        against="just before",
        figure=found["jobs_per_second"] / found["jobs_per_second_before"],
        noise=found["jobs_per_second_before"] / found["jobs_per_second_long_before"],
        measured=found,
    )
    yield Result(
        row="longest time that promotion keeps the broker from others",
        against="",
        figure=found["longest_block_ms"],
        unit=" ms",
        measured=found,
    )


@dataclass(frozen=True, slots=True)
class _Moment:
    """How many jobs had succeeded when."""

    seconds: float
    succeeded: int

    @classmethod
    def now(cls, broker: Broker) -> "_Moment":
        succeeded = int(broker.client.hget(keys.LEDGER, f"{QUEUE}:succeeded") or 0)
        return cls(time.monotonic(), succeeded)

    def rate(self, since: "_Moment") -> float:
        return (self.succeeded - since.succeeded) / (self.seconds - since.seconds)


def _promote(broker: Broker, who: Contestant) -> Figures:
    broker.client.flushall()
    with who.working(broker) as worker:
        who.work_off(broker, "noop", WARM)
        with suspended(worker.pid):
            who.enqueue(broker, "noop", DUE)
            _schedule_all(broker)
            who.enqueue(broker, "noop", BACKLOG)
            due = time.time() + CALM_SECONDS
            broker.client.zunionstore(SCHEDULED, {SCHEDULED: due})  # 1 becomes 1 * due
        begun = _Moment.now(broker)
        time.sleep(max(0.0, due - time.time() - CALM_SECONDS / 2))
        middle = _Moment.now(broker)
        time.sleep(max(0.0, due - time.time()))
        broker.client.slowlog_reset()
        broker.client.config_set("slowlog-log-slower-than", SLOW_MICROSECONDS)
        is_due = _Moment.now(broker)
        until(lambda: not broker.client.zcard(SCHEDULED), 60)
        done = _Moment.now(broker)
    return {
        "promoted_per_second": DUE / (done.seconds - is_due.seconds),
        "jobs_per_second": done.rate(is_due),
        "jobs_per_second_before": is_due.rate(middle),
        "jobs_per_second_long_before": middle.rate(begun),
        "longest_block_ms": _longest_promotion(broker) / 1000,
    }


def _schedule_all(broker: Broker) -> None:
    """Put what waits on the schedule, as if it had been enqueued for later: at 1, for now."""
    move = broker.client.register_script(MOVE)
    while broker.client.llen(QUEUE):
        move(keys=[QUEUE, SCHEDULED], args=[MOVE_AT_ONCE])


def _longest_promotion(broker: Broker) -> float:
    """Return the microseconds of the longest script that moved due jobs."""
    slow = broker.client.slowlog_get(100_000)
    return max(one["duration"] for one in slow if SCHEDULED.encode() in one["command"])
