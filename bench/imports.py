"""What it costs to start: the command line's help, and a web process until it has enqueued.

CPU of a whole process each time, from start to end, interpreter included. It is measured warm:
the bytecode is there, the files are cached.
"""

import os
import resource
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from bench.broker import running_broker
from bench.contestants import ROOT
from bench.results import Result, Target
from bench.rounds import Figures, medians, ratio, rounds

ROUNDS = 12
PROGRAMS = Path(sys.executable).parent
WANTED = Target(at_most=1.3)


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two ways to start."""

    row: str
    against: str
    ours: tuple[str, ...]
    theirs: tuple[str, ...]
    target: Target = WANTED


def _python(program: str) -> tuple[str, ...]:
    return (sys.executable, "-c", program)


COMPARISONS = (
    Comparison(
        "headcount --help",
        "celery --help",
        (str(PROGRAMS / "headcount"), "--help"),
        (str(PROGRAMS / "celery"), "--help"),
    ),
    Comparison(
        "import of a worker class",
        "import of a Celery app with a task",
        _python("import bench.headcount_jobs"),
        _python("import bench.plain_celery"),
    ),
    Comparison(
        "import and first perform_async",
        "import and first delay",
        _python("from bench.headcount_jobs import Noop; Noop.perform_async()"),
        _python("from bench.plain_celery import noop; noop.delay()"),
        Target(),  # once in a process's life: to be seen, not to be met
    ),
)


def measure() -> Iterator[Result]:
    """Measure each pair."""
    with running_broker() as broker:
        for pair in COMPARISONS:
            yield _compared(pair, broker.url)


def _compared(pair: Comparison, url: str) -> Result:
    contestants = [pair.theirs, pair.theirs, pair.ours]
    theirs, again, ours = rounds(ROUNDS, contestants, lambda argv: _start(argv, url))
    return Result(
        row=f"{pair.row}: CPU",
        against=pair.against,
        figure=ratio(ours, theirs, "cpu_seconds"),
        target=pair.target,
        noise=ratio(again, theirs, "cpu_seconds"),
        measured={
            "ours_cpu_seconds": medians(ours)["cpu_seconds"],
            "theirs_cpu_seconds": medians(theirs)["cpu_seconds"],
        },
    )


def _start(argv: tuple[str, ...], url: str) -> Figures:
    environ = {**os.environ, "PYTHONPATH": str(ROOT), "CELERY_BROKER_URL": url}
    before = _cpu_of_children()
    subprocess.run(argv, env=environ, cwd=ROOT, check=True, stdout=subprocess.DEVNULL)
    return {"cpu_seconds": _cpu_of_children() - before}


def _cpu_of_children() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime
