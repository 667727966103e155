"""A scrape of a worker with 6,500 series: its cost, and how long the worker's loop waits for it."""

import statistics
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.request import Request, urlopen

from prometheus_client import CollectorRegistry, generate_latest

from bench.broker import running_broker
from bench.contestants import Contestant
from bench.full_registry import Frozen, FullWorker
from bench.many_tasks import LOOP_PAUSES, WINDOW_SECONDS
from bench.process_tree import own_cpu_seconds
from bench.results import Result, Target
from bench.rounds import medians, ratio, rounds
from bench.waiting import until
from service.telemetry.metrics_text import metrics_text

ROUNDS, SECONDS, SCRAPES_PER_SECOND = 40, 3.0, 20
HELD = Target(at_most=5.0)


def measure() -> Iterator[Result]:
    """Measure the text alone, then a running worker."""
    yield _text()
    yield from _held()


def _text() -> Result:
    full = FullWorker()
    theirs, again, ours = rounds(ROUNDS, (_theirs, _theirs, _ours), lambda way: _timed(full, way))
    return Result(
        row=f"text of a worker with {full.series():,} series, all changed, times faster",
        against="prometheus_client's generate_latest over the same families",
        figure=ratio(theirs, ours, "seconds"),
        target=Target(at_least=20.0),
        noise=ratio(again, theirs, "seconds"),
        measured={
            "ours_milliseconds": medians(ours)["seconds"] * 1000,
            "theirs_milliseconds": medians(theirs)["seconds"] * 1000,
        },
    )


def _ours(full: FullWorker) -> Callable[[], object]:
    return lambda: metrics_text(full.registry, "")


def _theirs(full: FullWorker) -> Callable[[], object]:
    frozen = Frozen(full.registry)  # the samples are there: only the text is theirs to make
    return lambda: generate_latest(frozen)


def _timed(full: FullWorker, way: Callable[[FullWorker], Callable[[], object]]) -> dict[str, float]:
    full.change_everything()
    write = way(full)
    begun = time.perf_counter()
    write()
    return {"seconds": time.perf_counter() - begun}


def _held() -> Iterator[Result]:
    with running_broker() as broker, TemporaryDirectory() as directory:
        pauses, who = Path(directory) / "pauses", _worker(Path(directory) / "pauses")
        url = f"http://127.0.0.1:{who.environ['HEADCOUNT_METRICS_PORT']}/metrics"
        with who.working(broker) as worker:
            who.work_off(broker, "", 0)
            until(lambda: pauses.exists() and _scrape(url).count(b"\n") > 6000, 60)
            quiet, scraped, cpu = [], [], []
            for _ in range(4):
                quiet += _pauses(pauses, lambda: time.sleep(SECONDS))
                before = own_cpu_seconds(worker.pid)
                scraped += _pauses(pauses, lambda: _scrape_steadily(url))
                cpu.append((own_cpu_seconds(worker.pid) - before) / SECONDS / SCRAPES_PER_SECOND)
    yield Result(
        row="a worker's event loop, longest hold in a tenth of a second with two scrapes",
        against="",
        figure=statistics.median(scraped) * 1000,
        unit=" ms",
        target=HELD,
        measured={
            "longest_milliseconds": max(scraped) * 1000,
            "p99_milliseconds": statistics.quantiles(scraped, n=100)[-1] * 1000,
            "unscraped_median_milliseconds": statistics.median(quiet) * 1000,
            "unscraped_longest_milliseconds": max(quiet) * 1000,
            "parent_cpu_milliseconds_a_scrape": statistics.median(cpu) * 1000,
        },
    )
