"""Record series of a real stack for the alerts' tests: python -m tests.alerts.record [SCENE ...].

Each scene takes about a minute and writes ``recorded/<scene>.yml``. The load is the same each time,
second by second; what the machine makes of it differs a little, so read the difference before you
keep it. The tests need no stack: test_recorded.py reads the files.
"""

import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import yaml

from tests.alerts import recorded_jobs as jobs
from tests.alerts.recording import is_scraped, read_series, running_prometheus, scraping
from tests.broker_process import BrokerProcess
from tests.enqueuing import enqueuing_on
from tests.headcount_process import HeadcountProcess, Processes
from tests.waiting import wait_until

RECORDED = Path(__file__).parent / "recorded"
SLOTS, LEASE_SECONDS = 2, 6


@dataclass
class Stage:
    """What a scene may touch."""

    broker: BrokerProcess
    workers: list[HeadcountProcess]


def idle(stage, second):
    """Nothing is enqueued."""


def busy(stage, second):
    """All queues get jobs; some are retried; a backlog comes in second 20; a child is killed."""
    jobs.QuickCritical.perform_bulk([()] * 5)
    jobs.Quick.perform_bulk([()] * 10)
    jobs.QuickLow.perform_bulk([()] * 5)
    jobs.FailsOnce.perform_async()
    if second == 20:
        jobs.Slow.perform_bulk([(0.2,)] * 60)
    if second == 40:
        jobs.KilledOnce.perform_async()


def failing(stage, second):
    """A third of the jobs fails, with no retries left."""
    jobs.Quick.perform_bulk([()] * 4)
    jobs.Fails.perform_bulk([()] * 2)


def worker_killed(stage, second):
    """Two workers have long jobs on all slots; in second 8 one is killed, and not replaced."""
    if second == 0:
        jobs.Slow.perform_bulk([(15,)] * 2 * SLOTS)
    if second == 8:
        stage.workers[0].kill()


def broker_stopped(stage, second):
    """The broker is away from second 10 to second 40; jobs come while it is there."""
    if second == 10:
        stage.broker.stop()
    if second == 40:
        stage.broker.start()
    if not 10 <= second <= 42:
        jobs.Quick.perform_bulk([()] * 5)


SCENES = {
    "idle": (idle, 40),
    "busy": (busy, 60),
    "failing": (failing, 48),
    "worker_killed": (worker_killed, 45),
    "broker_stopped": (broker_stopped, 60),
}
"""Name -> what happens each second, and for how many seconds."""


def record(name):
    play, seconds = SCENES[name]
    with (
        tempfile.TemporaryDirectory() as scratch,
        BrokerProcess(Path(scratch) / "broker") as broker,
    ):
        broker.client.ping()
        with Processes(Path(scratch)) as processes:
            workers, sidecar = start_stack(processes, broker.url)
            targets = {f"worker-{n}": worker.metrics_port for n, worker in enumerate(workers, 1)}
            targets["sidecar-1"] = sidecar.http_port
            data = Path(scratch) / "prometheus"
            with running_prometheus(scraping(targets), data) as prometheus:
                wait_until(lambda: is_scraped(prometheus, len(targets)), 60, "not scraped")
                with enqueuing_on(broker.url):
                    begin = play_scene(play, seconds, Stage(broker, workers))
                series = read_series(prometheus, begin, seconds)
    told = [{"series": one, "values": values} for one, values in series.items()]
    about = f"# {play.__doc__} Recorded: python -m tests.alerts.record {name}\n"
    (RECORDED / f"{name}.yml").write_text(about + yaml.safe_dump(told, sort_keys=False, width=1000))


def start_stack(processes, url, **options):
    """Start two workers, a sidecar and a Beat, with these settings besides."""
    options |= {"broker_url": url, "HEADCOUNT_WORKERS": jobs.__name__}
    options["HEADCOUNT_LEASE_SECONDS"] = LEASE_SECONDS
    sidecar = processes.start("sidecar", **options)
    options["HEADCOUNT_HEALTH_URL"] = f"http://127.0.0.1:{sidecar.http_port}/health"
    options |= {"HEADCOUNT_CONCURRENCY": SLOTS, "wait": False}
    workers = [processes.start("worker", **options) for _ in range(2)]
    processes.start("beat", **options)
    return [worker.wait_until_ready() for worker in workers], sidecar


def play_scene(play, seconds, stage):
    """Play a scene second by second; return when it began."""
    begin = time.time()
    for second in range(seconds):
        play(stage, second)
        time.sleep(max(0, begin + second + 1 - time.time()))
    time.sleep(1)
    return begin


if __name__ == "__main__":
    for scene in sys.argv[1:] or SCENES:
        print(f"recording {scene}", flush=True)
        record(scene)
