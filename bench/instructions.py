"""Instructions per no-op job, of a worker's whole process tree.

By hand, without the table: ``python -m bench.instructions [plain|prefetch4|prefetch1 ...]``.
"""

import argparse
import dataclasses
import time
from collections.abc import Callable, Iterator, Mapping

from bench.broker import Broker, running_broker
from bench.callgrind import counted
from bench.contestants import Contestant, headcount, plain
from bench.process_tree import suspended
from bench.results import Result, Target
from bench.rounds import Figures
from bench.waiting import until

JOBS, WARM = 400, 100
PATIENCE_SECONDS = 300


def unhurried(who: Contestant) -> Contestant:
    """Return it with Python's dicts and sets laid out alike in each run."""
    return dataclasses.replace(who, environ={**who.environ, "PYTHONHASHSEED": "0"})


def plain_celery() -> Contestant:
    """Return plain Celery, its heartbeats left out: run so slowly, they would be 1 % of it."""
    base = plain()
    return dataclasses.replace(base, worker=(*base.worker, "--heartbeat-interval", "3600"))


CONTESTANTS: Mapping[str, Callable[[], Contestant]] = {
    "plain": plain_celery,
    "prefetch4": lambda: headcount(prefetch=4),
    "prefetch1": lambda: headcount(prefetch=1),
}


def measure() -> Iterator[Result]:
    """Measure prefetch 4 and 1 against plain Celery."""
    with running_broker() as broker:
        theirs, again = (count(broker, plain_celery()) for _ in range(2))
        for prefetch, target in ((4, 0.27), (1, 0.33)):
            ours = count(broker, headcount(prefetch=prefetch))
            yield Result(
                row=f"worker tree's instructions per no-op job, prefetch {prefetch}",
                against=plain().name,
                figure=ours["tree"] / theirs["tree"],
                target=Target(at_most=target),
                noise=again["tree"] / theirs["tree"],
                measured={
                    **{f"ours_{name}": value for name, value in ours.items()},
                    **{f"theirs_{name}": value for name, value in theirs.items()},
                },
            )


def count(broker: Broker, who: Contestant, jobs: int = JOBS) -> Figures:
    """Return instructions a job: of the tree, its parent, its children.

    The work of a worker's other threads goes by the clock, not by jobs, and the clock runs some
    forty times too fast for a worker under callgrind: it is returned per second, apart.
    """
    broker.client.flushall()
    with counted(unhurried(who), broker) as tree:
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
    return {
        "tree": found.tree / jobs,
        "parent": found.parent / jobs,
        "children": (found.tree - found.parent) / jobs,
        "other_threads_per_second": found.threads / seconds,
        "seconds": seconds,
        **{f"child_{number}": one / jobs for number, one in enumerate(found.children.values(), 1)},
    }


def main() -> None:
    """Count what the command line names."""
    parser = argparse.ArgumentParser(prog="python -m bench.instructions")
    parser.add_argument("who", nargs="*", choices=[[], *CONTESTANTS], help="default: all")
    with running_broker() as broker:
        for name in parser.parse_args().who or CONTESTANTS:
            figures = count(broker, CONTESTANTS[name]())
            print(name, *(f"{key} {value:,.0f}" for key, value in figures.items()), flush=True)


if __name__ == "__main__":
    main()
