"""A scrape of a worker with 6,500 series: its cost, and how long the worker's loop waits for it."""

import statistics
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.request import Request, urlopen

import psutil
from prometheus_client import generate_latest

from bench.broker import running_broker
from bench.contestants import Contestant
from bench.full_registry import Frozen, FullWorker
from bench.many_tasks import LOOP_PAUSES
from bench.results import Result, Target
from bench.rounds import Figures, medians, ratio, rounds
from bench.waiting import until
from service.serve.ports import choose_port
from service.telemetry.metrics_text import metrics_text

Write = Callable[[], object]

ROUNDS = 40
WINDOWS, SECONDS, SCRAPES_A_SECOND = 6, 3.0, 20


def measure() -> Iterator[Result]:
    """Measure the text alone, then how long a running worker's loop stands still for scrapes."""
    yield _text()
    yield _pauses()


def _text() -> Result:
    full = FullWorker()
    theirs, again, ours = rounds(ROUNDS, (_theirs, _theirs, _ours), lambda way: _timed(full, way))
    return Result(
        row=f"scrape of a worker with {full.series():,} series, times faster",
        against="prometheus_client's generate_latest over the same families",
        figure=ratio(theirs, ours, "seconds"),
        target=Target(at_least=20.0),
        noise=ratio(again, theirs, "seconds"),
        measured={
            "ours_milliseconds": medians(ours)["seconds"] * 1000,
            "theirs_milliseconds": medians(theirs)["seconds"] * 1000,
        },
    )


def _ours(full: FullWorker) -> Write:
    return lambda: metrics_text(full.registry, "")


def _theirs(full: FullWorker) -> Write:
    frozen = Frozen(full.registry)  # only the text is theirs to make
    return lambda: generate_latest(frozen)


def _timed(full: FullWorker, way: Callable[[FullWorker], Write]) -> Figures:
    full.work()
    write = way(full)
    begun = time.perf_counter()
    write()
    return {"seconds": time.perf_counter() - begun}


def _pauses() -> Result:
    with running_broker() as broker, TemporaryDirectory() as directory:
        who = _worker(Path(directory) / LOOP_PAUSES)
        url = f"http://127.0.0.1:{who.environ['HEADCOUNT_METRICS_PORT']}/metrics"
        with who.working(broker) as worker:
            until(lambda: Path(who.environ[LOOP_PAUSES]).exists(), 60)
            who.work_off(broker, "", 0)
            parent = psutil.Process(worker.pid)
            windows = [_window(parent, who, url) for _ in range(WINDOWS)]
    seen = {name: max(one[name] for one in windows) for name in windows[0]}
    return Result(
        row="a worker's loop, longest held still by one of 60 scrapes",
        against="",
        figure=statistics.median(one["scraped_milliseconds"] for one in windows),
        unit=" ms",
        target=Target(at_most=5.0),
        noise=statistics.median(one["quiet_milliseconds"] for one in windows),
        measured={**medians(windows), **{f"longest_{name}": seen[name] for name in seen}},
        note="A/A: the same while nobody scrapes, in ms",
    )


def _worker(pauses: Path) -> Contestant:
    return Contestant(
        "Headcount with 200 tasks in three queues",
        ("-m", "service", "worker"),
        "from bench import many_tasks; many_tasks.publish()",
        {
            "HEADCOUNT_WORKERS": "bench.many_tasks",
            "HEADCOUNT_CONCURRENCY": "2",
            "HEADCOUNT_METRICS_PORT": str(choose_port("127.0.0.1")),
            LOOP_PAUSES: str(pauses),
        },
    )


def _window(parent: psutil.Process, who: Contestant, url: str) -> Figures:
    path = Path(who.environ[LOOP_PAUSES])
    begun, series = sum(parent.cpu_times()[:2]), 0
    quiet = _longest_pause(path, lambda: time.sleep(SECONDS))
    before = sum(parent.cpu_times()[:2])

    def scrape_steadily() -> None:
        nonlocal series
        for _ in range(int(SECONDS * SCRAPES_A_SECOND)):
            begun = time.monotonic()
            series = _scrape(url).count(b"\n")
            time.sleep(max(0.0, begun + 1 / SCRAPES_A_SECOND - time.monotonic()))

    scraped = _longest_pause(path, scrape_steadily)
    cpu = sum(parent.cpu_times()[:2]) - before - (before - begun)
    return {
        "quiet_milliseconds": quiet * 1000,
        "scraped_milliseconds": scraped * 1000,
        "cpu_milliseconds_a_scrape": cpu / SECONDS / SCRAPES_A_SECOND * 1000,
        "lines": float(series),
    }


def _scrape(url: str) -> bytes:
    with urlopen(Request(url, headers={"Accept": "text/plain"})) as answer:
        return bytes(answer.read())


def _longest_pause(path: Path, meanwhile: Callable[[], None]) -> float:
    begun = time.monotonic()
    meanwhile()
    lines = [line.split() for line in path.read_text().splitlines()]
    return max(float(pause) for at, pause in lines if float(at) > begun)
