"""A worker's whole process tree: its CPU, children that ended included; holding it still."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil


def cpu_seconds(pid: int) -> float:
    """Return the CPU that a process and its children have used, those that ended included."""
    parent = psutil.Process(pid)
    own = parent.cpu_times()
    children = [child.cpu_times() for child in parent.children(recursive=True)]
    ended = own.children_user + own.children_system
    return float(ended + sum(one.user + one.system for one in [own, *children]))


def main_thread_cpu_seconds(pid: int) -> float:
    """Return the CPU a process's main thread has used, to the nanosecond once it sleeps."""
    return int(Path(f"/proc/{pid}/task/{pid}/schedstat").read_text().split()[0]) / 1e9


@contextmanager
def suspended(pid: int) -> Iterator[None]:
    """Hold a process tree still meanwhile."""
    parent = psutil.Process(pid)
    processes = [parent, *parent.children(recursive=True)]
    for one in processes:
        one.suspend()
    try:
        yield
    finally:
        for one in processes:
            one.resume()


@contextmanager
def on_core(number: int) -> Iterator[None]:
    """Keep this process, and those it starts meanwhile, on one of its cores; -1: the last."""
    allowed = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {sorted(allowed)[number]})
    try:
        yield
    finally:
        os.sched_setaffinity(0, allowed)
