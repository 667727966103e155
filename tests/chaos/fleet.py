"""Real ``headcount`` workers (or others like them) to be killed, frozen and replaced."""

import os
import random
import signal
import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Self

import psutil

from tests.chaos.silences import Silences
from tests.headcount_process import HeadcountProcess
from tests.waiting import wait_until

START_SECONDS = 60


class Fleet:
    """``start`` starts one more worker, without waiting for it."""

    def __init__(self, start: Callable[[], HeadcountProcess], silences: Silences) -> None:
        self._start, self._silences = start, silences
        self.workers = list[HeadcountProcess]()
        self._frozen = list[HeadcountProcess]()

    def add(self, count: int = 1) -> None:
        """Start so many workers, and wait until all are ready."""
        for _ in range(count):
            self._add_one()
        self.wait_until_ready()

    def _add_one(self) -> HeadcountProcess:
        worker = self._start()
        self.workers.append(worker)
        return worker

    def wait_until_ready(self) -> None:
        """Wait until every worker consumes."""
        wait_until(lambda: all(w.ended or w.said("ready.") for w in self.workers), START_SECONDS)
        self.check_all_alive()

    def check_all_alive(self) -> None:
        """Fail where a worker has ended that nobody ended."""
        assert [worker.log for worker in self.workers if worker.ended] == []

    def ready(self) -> list[HeadcountProcess]:
        """Return the workers that consume."""
        return [w for w in self.workers if not w.ended and w.said("ready.")]

    # -- what may befall a worker

    def kill(self, worker: HeadcountProcess) -> None:
        """SIGKILL its parent process, and start another worker in its place."""
        children = family(worker)
        worker.kill()
        self._silences.note([worker.pid, *children])
        self.workers.remove(worker)
        self._add_one()

    def kill_child(self, worker: HeadcountProcess, rng: random.Random) -> None:
        """SIGKILL one of the processes that perform its jobs."""
        children = family(worker)
        if children:
            child = rng.choice(children)
            send(signal.SIGKILL, [child])
            self._silences.note([child])

    def freeze(self, worker: HeadcountProcess) -> None:
        """SIGSTOP it and all its children."""
        pids = [worker.pid, *family(worker)]
        send(signal.SIGSTOP, pids)
        self._silences.note(pids)
        self._frozen.append(worker)

    def thaw_all(self) -> None:
        """Let whoever is frozen go on."""
        while self._frozen:
            worker = self._frozen.pop()
            if not worker.ended:
                pids = [*family(worker), worker.pid]
                self._silences.note_back(pids)
                send(signal.SIGCONT, pids)

    def replace(self, worker: HeadcountProcess, seconds: float) -> int:
        """Start another, tell this one to end as an operator does; its exit status."""
        self._add_one()
        self.wait_until_ready()
        processes = [worker.pid, *family(worker)]
        self._silences.note(processes)
        self.workers.remove(worker)
        status = worker.stop(seconds)
        self._silences.note(processes)  # what outlasted the grace has just been killed
        return status

    def mend(self) -> int:
        """Replace workers that have ended; return how many had."""
        gone = [worker for worker in self.workers if worker.ended]
        for worker in gone:
            self._silences.note([worker.pid])
            self.workers.remove(worker)
            self._add_one()
        return len(gone)


class Mending:
    """Replaces whatever worker ends, as any supervisor does, while the ``with`` lasts."""

    def __init__(self, fleet: Fleet, every_seconds: float = 0.1) -> None:
        self._fleet, self._every_seconds, self.mended = fleet, every_seconds, 0
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._run)

    def _run(self) -> None:
        while not self._stopped.wait(self._every_seconds):
            self.mended += self._fleet.mend()

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stopped.set()
        self._thread.join()


def family(worker: HeadcountProcess) -> list[int]:
    """Process ids of a worker's children."""
    try:
        return [child.pid for child in worker.children()]
    except psutil.NoSuchProcess:
        return []


def send(number: signal.Signals, pids: Sequence[int]) -> None:
    """Send a signal to processes, some of which may be gone by now."""
    for pid in pids:
        with suppress(ProcessLookupError):
            os.kill(pid, number)
