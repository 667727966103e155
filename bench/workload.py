"""What the jobs do, the same for everyone who is measured."""

import hashlib
import os
import time
from pathlib import Path

TEXT = "x" * 100_000

ARGUMENTS: dict[str, tuple[object, ...]] = {
    "noop": (),
    "compute": (),
    "wait": (),
    "carry": (TEXT,),
}
"""Job -> its arguments."""

MARK_SECONDS = 0.5

MARKS, SILENCE = "BENCH_MARKS", "BENCH_SILENCE_SECONDS"
"""Environment variables: the file that jobs leave their marks in; see silence_seconds."""


def noop() -> None:
    """Do nothing."""


def compute() -> None:
    """Use some 5 ms of CPU: the same work on each machine, not the same time."""
    hashlib.pbkdf2_hmac("sha256", b"headcount", b"bench", 16_000)


def wait() -> None:
    """Wait 20 ms, as for somebody's API."""
    time.sleep(0.02)


def carry(_text: str) -> None:
    """Take 100 kB of arguments."""


def mark(number: int) -> None:
    """Take a while, then leave a mark."""
    time.sleep(MARK_SECONDS)
    leave_mark(number)


def leave_mark(number: int) -> None:
    """Write down that a job was done."""
    with Path(os.environ[MARKS]).open("a") as marks:
        marks.write(f"{number}\n")


def arguments(job: str, number: int) -> tuple[object, ...]:
    """Return what the job with this number is given."""
    return (number,) if job == "mark" else ARGUMENTS[job]


def silence_seconds() -> int | None:
    """Return after how many seconds a silent worker is to be taken for dead; None: as shipped."""
    told = os.environ.get(SILENCE)
    return int(told) if told else None
