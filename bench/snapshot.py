"""A sidecar's snapshot: 1,000,000 jobs and 100 workers against 10,000 jobs and one worker."""

import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass

from bench.broker import running_broker
from bench.full_broker import FullBroker
from bench.process_tree import main_thread_cpu_seconds
from bench.results import Result, Target
from bench.rounds import Figures, medians, ratio, rounds
from service.broker.snapshot_reader import SnapshotReader

ROUNDS, CRON, DEAD = 200, 20, 10_000


@dataclass(frozen=True, slots=True)
class Scene:
    """A filled broker with one reader. Half of the workers have reported since the last read."""

    full: FullBroker
    read: SnapshotReader
    workers: int

    def snapshot(self) -> Figures:
        """Return what one snapshot cost: CPU here and in the broker, and how long it took."""
        self.full.report(range(0, self.workers, 2))
        pid = self.full.broker.pid
        broker, client, begun = main_thread_cpu_seconds(pid), time.thread_time(), time.monotonic()
        self.read()
        seconds, client = time.monotonic() - begun, time.thread_time() - client
        broker = main_thread_cpu_seconds(pid) - broker
        return {"cpu": client + broker, "client": client, "broker": broker, "seconds": seconds}


def measure() -> Iterator[Result]:
    """Measure both side by side, each on a broker of its own."""
    with ExitStack() as brokers:
        few, many = (
            scene(FullBroker(brokers.enter_context(running_broker())), jobs, workers)
            for jobs, workers in ((10_000, 1), (1_000_000, 100))
        )
        small, again, large = rounds(ROUNDS, (few, few, many), Scene.snapshot)
    row = "snapshot, client's and broker's CPU, 1,000,000 jobs and 100 workers"
    measured = {**_milliseconds("large", large), **_milliseconds("small", small)}
    yield Result(
        row=row,
        against="its own at 10,000 jobs and one worker",
        figure=ratio(large, small, "cpu"),
        target=Target(at_most=2.0),
        noise=ratio(again, small, "cpu"),
        measured=measured,
    )
    yield Result(
        row=row,
        against="",
        figure=measured["large_cpu_milliseconds"],
        unit=" ms",
        target=Target(at_most=2.0),
        measured=measured,
    )


def scene(full: FullBroker, jobs: int, workers: int, cron: int = CRON, dead: int = DEAD) -> Scene:
    """Fill a broker; its first snapshot, which parses everything, is taken."""
    full.fill(jobs=jobs, workers=workers, cron=cron, dead=dead)
    reader = SnapshotReader(full.broker.client, full.broker.url)
    reader()
    return Scene(full, reader, workers)


def _milliseconds(which: str, figures: Sequence[Figures]) -> dict[str, float]:
    return {f"{which}_{name}_milliseconds": n * 1000 for name, n in medians(figures).items()}
