"""Enqueuing, from a process that does nothing else: its CPU and its instructions per job."""

import os
import subprocess
import sys
from collections.abc import Iterator

from bench.broker import Broker, running_broker
from bench.contestants import ROOT
from bench.program_instructions import instructions_each
from bench.publisher import WAYS, delay, perform_async, perform_bulk
from bench.results import Result, Target
from bench.rounds import Figures, medians, ratio, rounds

ROUNDS, JOBS, BULK, COUNTED = 5, 2000, 10_000, 200
AGAINST = "delay(), stock transport, nothing observed"
THEIRS, OURS, MANY = delay.__name__, perform_async.__name__, perform_bulk.__name__


def measure() -> Iterator[Result]:
    """Measure every way to enqueue against Celery's ``delay()``."""
    with running_broker() as broker:
        names = [THEIRS, *WAYS]
        theirs, again, *others = rounds(ROUNDS, names, lambda way: _cpu(broker, way))
        noise = ratio(again, theirs, "cpu")
        ours = dict(zip(names[2:], others, strict=True))
        for way, figures in ours.items():
            yield _row(way, ratio(figures, theirs, "cpu"), noise, medians(figures) | {
                f"delay_{name}": value for name, value in medians(theirs).items()
            })  # fmt: skip
        yield Result(
            row=f"perform_bulk of {BULK:,}: times cheaper, publisher's CPU",
            against=f"{BULK:,} {AGAINST}",
            figure=ratio(theirs, ours[MANY], "cpu"),
            target=Target(at_least=20),
            noise=noise,
        )
        yield _instructions(broker)


def _row(way: str, figure: float, noise: float, measured: Figures) -> Result:
    return Result(
        row=f"publisher's CPU per job, {way}",
        against=AGAINST,
        figure=figure,
        target=Target(at_most=0.8) if way == OURS else Target(),
        noise=noise,
        measured=measured,
    )


def _instructions(broker: Broker) -> Result:
    theirs, again, ours = (
        instructions_each(_program(way), COUNTED, _environ(broker))
        for way in (THEIRS, THEIRS, OURS)
    )
    return Result(
        row=f"publisher's instructions per job, {OURS}",
        against=AGAINST,
        figure=ours / theirs,
        target=Target(at_most=0.8),
        noise=again / theirs,
        measured={"instructions": ours, "delay_instructions": theirs},
    )


def _cpu(broker: Broker, way: str) -> Figures:
    """Return CPU seconds per job."""
    broker.client.flushdb()
    jobs = BULK if way == MANY else JOBS
    done = subprocess.run(
        [*_program(way), str(jobs)], env=_environ(broker), cwd=ROOT, check=True,
        capture_output=True, text=True,
    )  # fmt: skip
    return {"cpu": float(done.stdout) / jobs}


def _program(way: str) -> tuple[str, ...]:
    return (sys.executable, "-m", "bench.publisher", way)


def _environ(broker: Broker) -> dict[str, str]:
    return {**os.environ, "CELERY_BROKER_URL": broker.url, "PYTHONPATH": str(ROOT)}
