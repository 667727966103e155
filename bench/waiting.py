"""Waiting for something to become true."""

import time
from collections.abc import Callable


def until(true: Callable[[], bool], seconds: float, pause: float = 0.02) -> None:
    """Wait until ``true()``.

    Raises:
        TimeoutError: it did not become true in ``seconds``.
    """
    deadline = time.monotonic() + seconds
    while not true():
        if time.monotonic() > deadline:
            raise TimeoutError(f"waited {seconds:.0f} s in vain")
        time.sleep(pause)
