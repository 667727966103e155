"""Waiting for what another process or thread does, in place of sleeping."""

import time
from collections.abc import Callable
from typing import TypeVar

import pytest

POLL_SECONDS = 0.02

Value = TypeVar("Value")


def wait_until(predicate: Callable[[], Value], timeout_seconds: float, message: str = "") -> Value:
    """Return the first truthy value of ``predicate``; fail the test after ``timeout_seconds``."""
    deadline = time.monotonic() + timeout_seconds
    while not (value := predicate()):
        if time.monotonic() > deadline:
            pytest.fail(message or f"{predicate} did not come true within {timeout_seconds:g} s")
        time.sleep(POLL_SECONDS)
    return value
