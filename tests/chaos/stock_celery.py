"""Plain Celery on kombu's own Redis transport, whose losses prove that the judge can see them.

``CHAOS_ACKS_LATE`` sets acknowledgement after the job; all else is Celery's default.
"""

import os
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path

from celery import Celery

from tests.chaos.record import END, START, write
from tests.headcount_process import HeadcountProcess

ROOT = Path(__file__).parents[2]

app = Celery("chaos.stock", broker=os.environ.get("CELERY_BROKER_URL"))
app.conf.update(
    task_ignore_result=True,
    broker_connection_retry_on_startup=True,
    task_acks_late=bool(os.environ.get("CHAOS_ACKS_LATE")),
)


@app.task
def nap(tag: str, seconds: float) -> None:
    write(START, tag)
    time.sleep(seconds)
    write(END, tag)


class StockProcess(HeadcountProcess):
    """Runs ``celery worker`` on the stock transport; killed and watched as our own are."""

    command = "worker"

    def __init__(self, log: Path, variables: Mapping[str, object]) -> None:
        self.log = log
        arguments = ["--app", __name__, "worker", "--concurrency", "4", "--loglevel", "INFO"]
        arguments += ["--hostname", f"{log.stem}@%h"]
        with log.open("wb") as out:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "celery", *arguments], stdout=out, stderr=subprocess.STDOUT,
                env=os.environ | {name: str(value) for name, value in variables.items()}, cwd=ROOT,
            )  # fmt: skip
        self.pid = self._process.pid
