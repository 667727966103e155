"""The external record: what jobs themselves write down. It owes nothing to the accounting.

One line per event, appended with a single write: ``WHAT tag pid worker-pid unix-time``.
A run begins with START and ends with END, or with FAIL where it is meant not to succeed; one
whose process is killed has no last line.
"""

import os
import time
from collections import defaultdict
from dataclasses import dataclass, replace
from pathlib import Path

START, END, FAIL = "START", "END", "FAIL"


def write(what: str, tag: str) -> None:
    """Append a line; called by jobs."""
    line = f"{what} {tag} {os.getpid()} {os.getppid()} {time.time():.6f}\n"
    file = os.open(os.environ["NOTES"], os.O_WRONLY | os.O_APPEND | os.O_CREAT)
    try:
        os.write(file, line.encode())
    finally:
        os.close(file)


@dataclass(frozen=True, slots=True)
class Run:
    """One run of one job. ``how``: END, FAIL, or None while (or because) there is no last line."""

    tag: str
    pid: int
    worker: int
    started: float
    ended: float | None = None
    how: str | None = None


def read_runs(path: Path) -> dict[str, list[Run]]:
    """Tag -> its runs, in the order they began."""
    runs = defaultdict[str, list[Run]](list)
    for line in path.read_text().splitlines() if path.exists() else []:
        what, tag, pid, worker, when = line.split()
        if what == START:
            runs[tag].append(Run(tag, int(pid), int(worker), float(when)))
            continue
        [n] = [n for n, run in enumerate(runs[tag]) if run.pid == int(pid) and run.how is None]
        runs[tag][n] = replace(runs[tag][n], ended=float(when), how=what)
    return dict(runs)
