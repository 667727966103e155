"""A plain Celery application as its documentation sets it up, on Headcount's queues.

Its tasks bear the names of jobs in ``tests.sample_jobs`` and do the same, so that either kind of
worker can perform what either kind of publisher enqueued.
"""

import os
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path

from celery import Celery

from tests.headcount_process import ROOT, HeadcountProcess
from tests.waiting import wait_until

app = Celery("plain", broker=os.environ.get("CELERY_BROKER_URL"), set_as_current=False)
app.conf.update(
    task_ignore_result=True,
    task_default_queue="default",
    broker_connection_retry_on_startup=True,
    task_acks_late=bool(os.environ.get("PLAIN_ACKS_LATE")),
)
if "PLAIN_VISIBILITY_SECONDS" in os.environ:
    app.conf.broker_transport_options = {
        "visibility_timeout": float(os.environ["PLAIN_VISIBILITY_SECONDS"]),
        "unacked_restore_interval": 0.5,
        "unacked_restore_throttle": 1,
    }


@app.task(name="tests.sample_jobs.Nap", shared=False)
def nap(seconds: float, secret: object = None) -> None:
    write("start", seconds, secret)
    time.sleep(seconds)
    write("end", seconds, secret)


@app.task(name="tests.sample_jobs.CriticalNap", shared=False)
def critical_nap(seconds: float, secret: object = None) -> None:
    nap(seconds, secret)


@app.task(name="tests.sample_jobs.plain_retry", bind=True, max_retries=1, shared=False)
def retry_later(self, tag):  # type: ignore[no-untyped-def]
    write(tag, self.request.retries)
    raise self.retry(countdown=1)


def write(*words: object) -> None:
    with Path(os.environ["NOTES"]).open("a") as notes:
        notes.write(" ".join(map(str, words)) + "\n")


class PlainWorker(HeadcountProcess):
    """``celery worker`` on the stock transport; watched and ended as our own processes are."""

    command = "worker"

    def __init__(self, log: Path, variables: Mapping[str, object]) -> None:
        self.log, self.metrics_port, self.http_port, self.flower_port = log, 0, 0, 0
        arguments = ["--app", __name__, "worker", "--concurrency", "2", "--loglevel", "INFO"]
        arguments += ["--queues", "critical,default,low", "--hostname", f"{log.stem}@%h"]
        with log.open("wb") as out:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "celery", *arguments], stdout=out, stderr=subprocess.STDOUT,
                env=os.environ | {name: str(value) for name, value in variables.items()}, cwd=ROOT,
            )  # fmt: skip
        self.pid = self._process.pid

    def succeeded(self) -> int:
        """How many jobs it says it has done."""
        return self.text().count(" succeeded in ")

    def complained(self) -> bool:
        return any(self.said(word) for word in ("ERROR", "CRITICAL", "Traceback"))

    def kill_all(self) -> None:
        """Kill it with its children, which would finish their jobs without it."""
        children = self.children()
        self.kill()
        for child in children:
            if child.is_running():
                child.kill()
        wait_until(lambda: not any(child.is_running() for child in children), 5)
