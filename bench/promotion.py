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
FAR_AWAY = 1e10  # Unix seconds
MOVE = """
local jobs = redis.call('RPOP', KEYS[1], ARGV[1])
for _, job in ipairs(jobs) do redis.call('ZADD', KEYS[2], ARGV[2], job) end
"""
SLOWLOG = 100_000


def measure() -> Iterator[Result]:
    """Measure with one worker that has enough to do all the while."""
    with running_broker() as broker:
        broker.client.config_set("slowlog-max-len", SLOWLOG)
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
        target=Target(at_least=0.5),
        noise=found["jobs_per_second_before"] / found["jobs_per_second_long_before"],
        measured=found,
    )
    yield Result(
        row="time that a promotion keeps the broker from others, p90",
        against="",
        figure=found["block_p90_ms"],
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
        until(lambda: _Moment.now(broker).succeeded > WARM * 2, 60)
        due = time.time() + CALM_SECONDS
        broker.client.zunionstore(SCHEDULED, {SCHEDULED: due / FAR_AWAY})  # all at once
        begun = _Moment.now(broker)
        time.sleep(max(0.0, due - time.time() - CALM_SECONDS / 2))
        middle = _Moment.now(broker)
        time.sleep(max(0.0, due - time.time()))
        broker.client.slowlog_reset()
        broker.client.config_set("slowlog-log-slower-than", 0)
        is_due = _Moment.now(broker)
        until(lambda: not broker.client.zcard(SCHEDULED), 60)
        done = _Moment.now(broker)
    return {
        "promoted_per_second": DUE / (done.seconds - is_due.seconds),
        "jobs_per_second": done.rate(is_due),
        "jobs_per_second_before": is_due.rate(middle),
        "jobs_per_second_long_before": middle.rate(begun),
        **_blocks(broker),
    }


def _schedule_all(broker: Broker) -> None:
    """Put what waits on the schedule, as if it had been enqueued for later."""
    move = broker.client.register_script(MOVE)
    while broker.client.llen(QUEUE):
        move(keys=[QUEUE, SCHEDULED], args=[MOVE_AT_ONCE, FAR_AWAY])


def _blocks(broker: Broker) -> Figures:
    """Return how long single scripts that move due jobs took, from the broker's own log."""
    logged = broker.client.slowlog_get(SLOWLOG)
    took = sorted(one["duration"] / 1000 for one in logged if SCHEDULED.encode() in one["command"])
    return {"block_p90_ms": took[len(took) * 9 // 10], "block_max_ms": took[-1]}
