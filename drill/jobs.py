"""The jobs of the drill: one that is well, and one for each way to be not."""

import os
import signal
import time

from service.broker.connection import connect
from service.settings import load_settings
from workers import Worker


def broken(what: str) -> str:
    """Return the key in the broker while which is there, jobs that need ``what`` fail."""
    return f"drill:broken:{what}"


def is_broken(what: str) -> bool:
    """Return whether the drill wants it broken now."""
    return bool(connect(load_settings(os.environ)).exists(broken(what)))


def need(what: str) -> None:
    """Fail while it is broken."""
    if is_broken(what):
        raise ConnectionError(f"{what} is broken, as the drill wants it")


class Nap(Worker):
    """Sleeps, and succeeds."""

    @classmethod
    def perform(cls, seconds: float) -> None:
        """Sleep."""
        time.sleep(seconds)


class CriticalNap(Nap):
    """The same, first in line."""

    queue = "critical"


class LowNap(Nap):
    """The same, last in line."""

    queue = "low"


class SecondTry(Worker):
    """Fails at first, and succeeds when tried again."""

    retry_backoff = 1

    @classmethod
    def perform(cls) -> None:
        """Fail once."""
        from celery import current_task

        if not current_task.request.retries:
            raise ConnectionError("the other side hung up")


class Failing(Worker):
    """Fails for good."""

    max_retries = 0

    @classmethod
    def perform(cls) -> None:
        """Fail."""
        raise ValueError("this never works")


class Retrying(Worker):
    """Needs something that is broken, and is tried again every second until it is not."""

    max_retries = 1000
    retry_backoff = 1
    retry_backoff_max = 1

    @classmethod
    def perform(cls) -> None:
        """Fail or not."""
        need("shop")


class Various(Worker):
    """Fails with an error of any name."""

    max_retries = 0

    @classmethod
    def perform(cls, error_type: str) -> None:
        """Fail."""
        raise type(error_type, (Exception,), {})


class Hung(Worker):
    """Waits for a lock without a timeout."""

    @classmethod
    def perform(cls) -> None:
        """Wait."""
        while is_broken("lock"):
            time.sleep(1)


class Poison(Worker):
    """Kills the process that performs it, as one that takes too much memory would be."""

    max_retries = 0

    @classmethod
    def perform(cls) -> None:
        """Die."""
        os.kill(os.getpid(), signal.SIGKILL)


class Minutely(Worker):
    """A cron job that needs something."""

    max_retries = 0
    cron_schedule = "* * * * *"

    @classmethod
    def perform(cls) -> None:
        """Fail or not."""
        need("clock")
