"""What the jobs do, the same for everyone who is measured."""

import hashlib
import time

TEXT = "x" * 100_000

ARGUMENTS: dict[str, tuple[object, ...]] = {
    "noop": (),
    "compute": (),
    "wait": (),
    "carry": (TEXT,),
}
"""Job -> its arguments."""


def noop() -> None:
    """Do nothing."""


def compute() -> None:
    """Use some 5 ms of CPU: the same work on each machine, not the same time."""
    hashlib.pbkdf2_hmac("sha256", b"headcount", b"bench", 6_000)


def wait() -> None:
    """Wait 20 ms, as for somebody's API."""
    time.sleep(0.02)


def carry(_text: str) -> None:
    """Take 100 kB of arguments."""
