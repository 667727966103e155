"""A worker's whole process tree: its CPU, children that ended included; holding it still."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil


def cpu_seconds(pid: int) -> float:
    """Return the CPU that a process and its children have used, those that ended included."""
    parent = psutil.Process(pid)
    used = [one.cpu_times() for one in (parent, *parent.children(recursive=True))]
    own = sum(one.user + one.system for one in used)
    ended = sum(one.children_user + one.children_system for one in used)
    return float(own + ended)


def fine_cpu_seconds(pid: int) -> float:
    """Return the CPU of the threads that live, to the nanosecond: for what uses very little."""
    parent = psutil.Process(pid)
    processes = [parent, *parent.children(recursive=True)]
    threads = [thread for one in processes for thread in Path(f"/proc/{one.pid}/task").iterdir()]
    return sum(int((one / "schedstat").read_text().split()[0]) for one in threads) / 1e9


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


def kill(pid: int) -> None:
    """Kill a process tree at once; nobody in it sees another die."""
    parent = psutil.Process(pid)
    tree = [parent, *parent.children(recursive=True)]
    for one in tree:
        one.suspend()
    for one in tree:
        one.kill()
