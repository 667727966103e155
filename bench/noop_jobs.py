"""No-op jobs on a full queue: CPU of the worker's tree, jobs a second, the broker's part."""

import time
from collections.abc import Iterator

from bench.broker import Broker, running_broker
from bench.contestants import Contestant, headcount, plain
from bench.process_tree import cpu_seconds, suspended
from bench.results import Result, Target
from bench.rounds import Figures, medians, ratio, rounds
from bench.waiting import until

JOBS, ROUNDS, WARM = 3000, 5, 200

TARGETS = {
    ("cpu", 4): Target(at_most=0.27),
    ("cpu", 1): Target(at_most=0.35),
    ("jobs_per_second", 4): Target(at_least=4.5),
    ("jobs_per_second", 1): Target(at_least=3.0),
    ("broker_cpu", 4): Target(at_most=0.3),
    ("broker_cpu", 1): Target(at_most=0.6),
}
ROWS = {
    "cpu": "worker tree's CPU per no-op job",
    "jobs_per_second": "no-op jobs per second",
    "broker_cpu": "broker's CPU per no-op job",
}


def measure() -> Iterator[Result]:
    """Measure at concurrency 2 and 8, prefetch 4 and 1."""
    with running_broker() as broker:
        for concurrency in (2, 8):
            yield from _against_plain(broker, concurrency)


def _against_plain(broker: Broker, concurrency: int) -> Iterator[Result]:
    base = plain(concurrency)
    contestants = [base, base, headcount(concurrency, 4), headcount(concurrency, 1)]
    theirs, again, four, one = rounds(ROUNDS, contestants, lambda who: work_off(broker, who))
    for prefetch, ours in ((4, four), (1, one)):
        for name, row in ROWS.items():
            yield Result(
                row=f"{row}, prefetch {prefetch}, concurrency {concurrency}",
                against=base.name,
                figure=ratio(ours, theirs, name),
                target=TARGETS[name, prefetch],
                noise=ratio(again, theirs, name),
                measured={
                    **{f"ours_{key}": value for key, value in medians(ours).items()},
                    **{f"theirs_{key}": value for key, value in medians(theirs).items()},
                },
            )


def work_off(
    broker: Broker, who: Contestant, job: str = "noop", jobs: int = JOBS, warm: int = WARM
) -> Figures:
    """Return CPU seconds a job, jobs a second, the broker's CPU seconds and commands a job."""
    broker.client.flushall()
    with who.working(broker) as worker:
        who.work_off(broker, job, warm)
        with suspended(worker.pid):  # so that all begin with a full queue
            who.enqueue(broker, job, jobs)
            cpu, begun = cpu_seconds(worker.pid), time.monotonic()
            asked, commands = broker.cpu_seconds(), broker.commands()
        until(lambda: who.drained(broker), 120)
        seconds = time.monotonic() - begun
        return {
            "cpu": (cpu_seconds(worker.pid) - cpu) / jobs,
            "jobs_per_second": jobs / seconds,
            "broker_cpu": (broker.cpu_seconds() - asked) / jobs,
            "broker_commands": (broker.commands() - commands) / jobs,
        }
