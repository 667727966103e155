"""Instructions of a worker's process tree, counted by valgrind's callgrind.

Nothing is counted before :meth:`CountedTree.begin`, so a worker starts in seconds. From then on
each process writes down what it has counted when ``vgdb`` asks it to, and begins again from 0:
what happens between two of those moments is counted exactly, and how a process ends matters not.
The tree shares one CPU, so that who waits for whom varies less.
"""

import os
import re
import subprocess
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil

from bench.broker import Broker
from bench.contestants import Contestant

MAIN_THREAD = 1
_FILE = re.compile(r"(?P<pid>\d+)\.(?P<dump>\d+)-(?P<thread>\d+)")
_TOTAL = re.compile(r"^totals: (\d+)", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Counted:
    """Instructions of the parent's main thread, its other threads, and each child."""

    parent: int
    threads: int
    children: Mapping[int, int]

    @property
    def tree(self) -> int:
        """Return those of all main threads."""
        return self.parent + sum(self.children.values())


class CountedTree:
    """A running worker under callgrind, and its children of the moment of :meth:`begin`."""

    def __init__(self, pid: int, directory: Path) -> None:
        self.pid, self._directory = pid, directory
        self._processes: list[int] = []

    def begin(self) -> None:
        """Count from now on."""
        children = psutil.Process(self.pid).children(recursive=True)
        self._processes = [self.pid, *(child.pid for child in children)]
        self._tell("instrumentation", "on")

    def look(self) -> Counted:
        """Return what was counted since the last look, or the begin."""
        self._tell("dump")
        by_thread: dict[tuple[int, int], int] = {}
        for file in self._directory.iterdir():
            name = _FILE.fullmatch(file.name)
            if name:  # others are of programs that a worker asked something at its start
                total = _TOTAL.search(file.read_text(errors="replace"))
                by_thread[int(name["pid"]), int(name["thread"])] = int(total[1]) if total else 0
                file.unlink()
        return Counted(
            parent=by_thread[self.pid, MAIN_THREAD],
            threads=sum(
                count
                for (pid, thread), count in by_thread.items()
                if pid == self.pid and thread != MAIN_THREAD
            ),
            children={pid: by_thread[pid, MAIN_THREAD] for pid in self._processes[1:]},
        )

    def _tell(self, *command: str) -> None:
        for pid in self._processes:
            argv = ["vgdb", f"--pid={pid}", *command]
            subprocess.run(argv, check=True, capture_output=True, timeout=60)


@contextmanager
def counted(who: Contestant, broker: Broker) -> Iterator[CountedTree]:
    """Run a worker under callgrind; it is killed in the end."""
    with (
        tempfile.TemporaryDirectory() as directory,
        who.working(broker, under=_callgrind(directory)) as worker,
    ):
        os.sched_setaffinity(worker.pid, {min(os.sched_getaffinity(0))})
        try:
            yield CountedTree(worker.pid, Path(directory))
        finally:
            _kill(worker.pid)


def _callgrind(directory: str) -> tuple[str, ...]:
    # Forked children can be talked to only if children are traced.
    options = ("--tool=callgrind", "--quiet", "--trace-children=yes", "--instr-atstart=no")
    return ("valgrind", *options, "--separate-threads=yes", f"--callgrind-out-file={directory}/%p")


def _kill(pid: int) -> None:
    parent = psutil.Process(pid)
    for process in [parent, *parent.children(recursive=True)]:
        process.kill()
