"""Instructions per no-op job, of a worker's whole process tree.

Without the table: ``python -m bench.instructions [NAME ...]``; ``--record`` for the check in CI.
"""

import argparse
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace

from bench.broker import Broker, running_broker
from bench.callgrind import counted
from bench.contestants import Contestant, headcount, plain
from bench.process_tree import suspended
from bench.recorded_instructions import record
from bench.results import Result, Target
from bench.rounds import Figures, medians, ratio, rounds
from bench.waiting import until

JOBS, WARM = 400, 100
PATIENCE_SECONDS = 300
ALL_THREADS_LIMIT = 0.1


def plain_celery() -> Contestant:
    """Return plain Celery without heartbeats: by the clock, they would be 1 % of so slow a run."""
    base = plain()
    options = ("--heartbeat-interval", "3600", "--include", "bench.patience")
    return replace(base, worker=(*base.worker, *options))


def everything_on(prefetch: int) -> Contestant:
    """Return a worker as it is."""
    base = headcount(prefetch=prefetch)
    modules = f"{base.environ['HEADCOUNT_WORKERS']},bench.patience"
    return replace(base, environ={**base.environ, "HEADCOUNT_WORKERS": modules})


def observing(part: str) -> Contestant:
    """Return a worker that observes only this part, see ``partial_observing``."""
    base = everything_on(4)
    modules = f"{base.environ['HEADCOUNT_WORKERS']},bench.partial_observing"
    environ = {**base.environ, "HEADCOUNT_WORKERS": modules, "BENCH_OBSERVED": part}
    return replace(base, name=f"Headcount, {part} observed, prefetch 4", environ=environ)


CONTESTANTS: Mapping[str, Callable[[], Contestant]] = {
    "plain": plain_celery,
    "prefetch4": lambda: everything_on(4),
    "prefetch1": lambda: everything_on(1),
    "nothing": lambda: observing("nothing"),
    "accounting": lambda: observing("accounting"),
    "line": lambda: observing("line"),
}
ROWS = {
    "prefetch4": ("worker tree's instructions per no-op job, prefetch 4", "plain", 0.27),
    "prefetch1": ("worker tree's instructions per no-op job, prefetch 1", "plain", 0.33),
    "accounting": ("instructions with accounting and histograms alone", "nothing", 1.02),
    "line": ("instructions with the canonical log line alone", "nothing", 1.02),
}
"""Contestant -> what its row says, against whom, and what is wanted at most."""


def measure() -> Iterator[Result]:
    """Count everyone twice, and compare."""
    with running_broker() as broker:
        names = ["plain", "prefetch4", "prefetch1", "nothing", "accounting", "line"]
        everyone = rounds(2, names, lambda name: count(broker, CONTESTANTS[name]()))
    found = dict(zip(names, everyone, strict=True))
    for name, (row, against, at_most) in ROWS.items():
        first, second = found[name]
        yield Result(
            row=row,
            against=CONTESTANTS[against]().name,
            figure=ratio(found[name], found[against], "instructions_per_job"),
            target=Target(at_most=at_most),
            noise=second["instructions_per_job"] / first["instructions_per_job"],
            measured={
                **{f"ours_{key}": value for key, value in medians(found[name]).items()},
                **{f"theirs_{key}": value for key, value in medians(found[against]).items()},
            },
        )


def ratios() -> dict[str, float]:
    """Return contestant -> its instructions as a share of plain Celery's, each counted once."""
    with running_broker() as broker:
        found = {
            name: count(broker, CONTESTANTS[name](), jobs)["instructions_per_job"]
            for name, jobs in (("plain", JOBS // 2), ("prefetch4", JOBS), ("prefetch1", JOBS))
        }
    return {name: round(one / found["plain"], 4) for name, one in found.items() if name != "plain"}


def count(broker: Broker, who: Contestant, jobs: int = JOBS) -> Figures:
    """Return instructions a job: of the tree, its parent, its children.

    The work of a worker's other threads goes by the clock, not by jobs, and the clock runs some
    forty times too fast for a worker under callgrind: it is returned per second, apart.
    """
    broker.client.flushall()
    # So that Python's dicts and sets are laid out alike in each run.
    who = replace(who, environ={**who.environ, "PYTHONHASHSEED": "0"})
    with counted(who, broker) as tree:
        who.work_off(broker, "noop", WARM, PATIENCE_SECONDS)
        tree.begin()
        who.work_off(broker, "noop", WARM // 2, PATIENCE_SECONDS)
        tree.look()
        with suspended(tree.pid):  # so that all begin with a full queue
            who.enqueue(broker, "noop", jobs)
        begun = time.monotonic()
        until(lambda: who.drained(broker), PATIENCE_SECONDS)
        seconds = time.monotonic() - begun
        found = tree.look()
    if found.threads > ALL_THREADS_LIMIT * found.tree:
        raise ValueError(f"{who.name}: other threads did too much to be chores: {found}")
    return {
        "instructions_per_job": found.tree / jobs,
        "parent_instructions_per_job": found.parent / jobs,
        "children_instructions_per_job": (found.tree - found.parent) / jobs,
        "other_threads_instructions_per_second": found.threads / seconds,
        **{
            f"child_{number}_instructions_per_job": one / jobs
            for number, one in enumerate(found.children.values(), 1)
        },
    }


def main() -> None:
    """Count what the command line names."""
    parser = argparse.ArgumentParser(prog="python -m bench.instructions")
    parser.add_argument("who", nargs="*", choices=[[], *CONTESTANTS], help="default: all")
    parser.add_argument("--record", action="store_true", help="what the check in CI compares with")
    arguments = parser.parse_args()
    if arguments.record:
        record(ratios())
        return
    with running_broker() as broker:
        for name in arguments.who or CONTESTANTS:
            figures = count(broker, CONTESTANTS[name]())
            print(name, *(f"{key} {value:,.0f}" for key, value in figures.items()), flush=True)


if __name__ == "__main__":
    main()
