"""From enqueuing to the start of the job, with a worker that has nothing else to do.

The one who enqueues listens on a socket; the job's first act is to send the time there. Both read
the machine's monotonic clock. Samples come one by one, at moments that nothing else is in step
with, and round by round from each contestant.
"""

import json
import statistics
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from bench.broker import Broker, running_broker
from bench.contestants import ROOT, Contestant, headcount, plain
from bench.latency_probe import SOCKET
from bench.results import Result, Target

ROUNDS, SAMPLES, WARM = 4, 100, 100

PROBES = {
    "plain": "from bench import latency_probe, plain_celery; "
    "latency_probe.run(plain_celery.stamp.delay, {samples})",
    "headcount": "from bench import latency_probe, headcount_jobs; "
    "latency_probe.run(headcount_jobs.Stamp.perform_async, {samples})",
}
PERCENTILES = (50, 99)


def measure() -> Iterator[Result]:
    """Measure at the default prefetch of each: 4 for plain Celery, 1 for Headcount."""
    base = plain()
    with running_broker() as broker, tempfile.TemporaryDirectory() as directory:
        contestants = [(base, "plain"), (base, "plain"), (headcount(prefetch=1), "headcount")]
        samples: list[list[float]] = [[] for _ in contestants]
        for _ in range(ROUNDS):
            for (who, probe), seconds in zip(contestants, samples, strict=True):
                seconds.extend(_starts(broker, who, PROBES[probe], Path(directory) / "stamps"))
    theirs, again, ours = (_percentiles(one) for one in samples)
    for which in PERCENTILES:
        yield Result(
            row=f"enqueue to start, idle worker, p{which}",
            against=base.name,
            figure=ours[which] / theirs[which],
            target=Target(at_most=1.0),
            noise=again[which] / theirs[which],
            measured={"ours_seconds": ours[which], "theirs_seconds": theirs[which]},
        )


def _starts(broker: Broker, who: Contestant, probe: str, socket: Path) -> Sequence[float]:
    broker.client.flushall()
    who = replace(who, environ={**who.environ, SOCKET: str(socket)})
    with who.working(broker):
        who.work_off(broker, "noop", WARM)
        argv = [who.python, "-c", probe.format(samples=SAMPLES)]
        run = subprocess.run(
            argv, env=who.environment(broker), cwd=ROOT, check=True, stdout=subprocess.PIPE
        )
    return json.loads(run.stdout)


def _percentiles(seconds: Sequence[float]) -> dict[int, float]:
    hundredths = statistics.quantiles(seconds, n=100, method="inclusive")
    return {which: hundredths[which - 1] for which in PERCENTILES}
