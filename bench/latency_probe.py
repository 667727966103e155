"""Both ends of a latency measurement: the one who enqueues, and the job that says when it began."""

import json
import os
import random
import socket
import time
from collections.abc import Callable
from pathlib import Path

SOCKET = "BENCH_STAMPS"
"""Environment variable: the path of the socket that jobs send their start to."""

FIRST, PAUSE_SECONDS = 5, (0.03, 0.13)


def stamp() -> None:
    """Send the time, as a job's first act."""
    now = time.monotonic()
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as one:
        one.sendto(repr(now).encode(), os.environ[SOCKET])


def run(enqueue: Callable[[], object], samples: int) -> None:
    """Enqueue that job so many times, one after the other; print the seconds until each began.

    The first few are left out: connections are made then.
    """
    path = Path(os.environ[SOCKET])
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as stamps:
        stamps.bind(str(path))
        stamps.settimeout(30)
        seconds = [_once(enqueue, stamps) for _ in range(FIRST + samples)]
    path.unlink()
    print(json.dumps(seconds[FIRST:]))


def _once(enqueue: Callable[[], object], stamps: socket.socket) -> float:
    time.sleep(random.uniform(*PAUSE_SECONDS))
    asked = time.monotonic()
    enqueue()
    return float(stamps.recv(64)) - asked
