"""How many jobs are lost when a whole worker is killed with jobs in its hands.

Twenty jobs of half a second; when four have ended the worker, children and all, is killed and
another one started. Everyone is told to take a silent worker for dead after a few
seconds, so that nobody needs an hour to give back what it has; and a new job comes now and then,
for those that look after silent workers only when there is something to do.
"""

import tempfile
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

from bench import workload
from bench.broker import Broker, running_broker
from bench.contestants import Contestant
from bench.process_tree import kill
from bench.waiting import until

JOBS, ENDED_BEFORE = 20, 4
SILENCE_SECONDS, NUDGE_SECONDS = 8, 4
PATIENCE_SECONDS = 125  # plain Celery looks for what to give back every 100 s


def lost_after_sigkill(contestants: Sequence[Contestant]) -> list[int]:
    """Return how many jobs of each never ended; all are tried at once."""
    with ThreadPoolExecutor(len(contestants)) as threads:
        return list(threads.map(_lost, contestants))


def _lost(who: Contestant) -> int:
    with running_broker() as broker, tempfile.TemporaryDirectory() as directory:
        marks = Path(directory) / "marks"
        marks.touch()
        who = replace(who, environ={**who.environ, **_environment(marks)})
        who.enqueue(broker, "mark", JOBS)
        with who.working(broker) as worker:
            until(lambda: _ended(marks) >= ENDED_BEFORE, 120)
            time.sleep(workload.MARK_SECONDS / 2)  # in the middle of the next ones
            kill(worker.pid)
        with who.working(broker):
            _wait_for_the_rest(who, broker, marks)
        return JOBS - _ended(marks)


def _environment(marks: Path) -> dict[str, str]:
    return {
        workload.MARKS: str(marks),
        workload.SILENCE: str(SILENCE_SECONDS),
        "HEADCOUNT_LEASE_SECONDS": str(SILENCE_SECONDS),
    }


def _wait_for_the_rest(who: Contestant, broker: Broker, marks: Path) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while _ended(marks) < JOBS and time.monotonic() < deadline:
        who.enqueue(broker, "noop", 1)
        time.sleep(NUDGE_SECONDS)


def _ended(marks: Path) -> int:
    """Return how many jobs left a mark, however often."""
    return len(set(marks.read_text().split()))
