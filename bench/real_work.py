"""Jobs that do something: computing, waiting, carrying much. No job may be worse off.

Plain Celery runs as it ships: prefetch 4, and its fair order (``-O fair``), which gives a job to a
child process only when that is free.
"""

from collections.abc import Iterator

from bench.broker import Broker, running_broker
from bench.contestants import headcount, plain
from bench.noop_jobs import work_off
from bench.results import Result, Target
from bench.rounds import medians, ratio, rounds

ROUNDS, WARM = 3, 40

WORK = (  # job, what it is, concurrency, jobs of one round
    ("compute", "5 ms of CPU", 2, 500),
    ("wait", "20 ms of waiting", 2, 300),
    ("wait", "20 ms of waiting", 8, 1000),
    ("carry", "100 kB of arguments", 2, 1000),
)
ROWS = {
    "cpu": ("worker tree's CPU per job", Target(at_most=1.0)),
    "jobs_per_second": ("jobs per second", Target(at_least=1.0)),
}


def measure() -> Iterator[Result]:
    """Measure each kind of work at prefetch 4 and 1."""
    with running_broker() as broker:
        for job, what, concurrency, jobs in WORK:
            yield from _against_plain(broker, job, what, concurrency, jobs)


def _against_plain(
    broker: Broker, job: str, what: str, concurrency: int, jobs: int
) -> Iterator[Result]:
    base = plain(concurrency)
    contestants = [base, base, headcount(concurrency, 4), headcount(concurrency, 1)]
    theirs, again, four, one = rounds(
        ROUNDS, contestants, lambda who: work_off(broker, who, job, jobs, WARM)
    )
    for prefetch, ours in ((4, four), (1, one)):
        for name, (row, target) in ROWS.items():
            yield Result(
                row=f"{what}: {row}, prefetch {prefetch}, concurrency {concurrency}",
                against=base.name,
                figure=ratio(ours, theirs, name),
                target=target,
                noise=ratio(again, theirs, name),
                measured={
                    f"ours_{name}": medians(ours)[name],
                    f"theirs_{name}": medians(theirs)[name],
                },
            )
