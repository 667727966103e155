"""Jobs of every fate. Each writes into the external record under its tag.

``fate`` is what must become of an accepted job, whatever happens to workers and broker.
"""

import os
import signal
import time

from celery import current_task

from tests.chaos.record import END, FAIL, START, write
from workers import Worker

ENDS, DIES, ENDS_OR_EXPIRES = "ends", "dies", "ends or expires"


class Recorded(Worker, abstract=True):
    """A job that records its start, does its work and records its end."""

    fate = ENDS
    max_retries = 3
    retry_backoff = 0.2

    @classmethod
    def perform(cls, tag, *args):
        write(START, tag)
        try:
            cls.work(*args)
        except Exception:
            write(FAIL, tag)
            raise
        write(END, tag)

    @classmethod
    def work(cls, *args):
        """Do nothing."""


class Quick(Recorded):
    """Ends at once."""


class Nap(Recorded):
    """Sleeps."""

    @classmethod
    def work(cls, seconds):
        time.sleep(seconds)


class CriticalNap(Nap):
    queue = "critical"


class LowNap(Nap):
    queue = "low"


class Flaky(Recorded):
    """Fails twice, then succeeds."""

    @classmethod
    def work(cls):
        if current_task.request.retries < 2:
            raise ValueError("not yet")


class FailsOnce(Recorded):
    """Fails at once, and has a retry pending for a while."""

    retry_backoff = 3

    @classmethod
    def work(cls):
        if current_task.request.retries == 0:
            raise ValueError("not yet")


class FailsLate(Recorded):
    """Takes a while to fail, then succeeds."""

    @classmethod
    def work(cls):
        if current_task.request.retries == 0:
            time.sleep(1.5)
            raise ValueError("not yet")


class FailsAlways(Recorded):
    fate = DIES
    max_retries = 1

    @classmethod
    def work(cls):
        raise ValueError("never")


class ChildKilledOnce(Recorded):
    """Its process is killed at the first attempt."""

    @classmethod
    def perform(cls, tag):
        if current_task.request.retries == 0:
            end_by_sigkill(tag, os.getpid())
        super().perform(tag)


class ChildKilledLate(Recorded):
    """Its process is killed after a while, at the first attempt."""

    @classmethod
    def perform(cls, tag):
        if current_task.request.retries == 0:
            end_by_sigkill(tag, os.getpid(), after_seconds=1)
        super().perform(tag)


class ChildKilledAlways(Recorded):
    fate = DIES
    max_retries = 1

    @classmethod
    def perform(cls, tag):
        end_by_sigkill(tag, os.getpid())


class WorkerKiller(Recorded):
    """Takes its worker along, wherever it runs."""

    fate = DIES

    @classmethod
    def perform(cls, tag):
        end_by_sigkill(tag, os.getppid())


class Perishable(Recorded):
    """Is worth nothing after a second."""

    fate = ENDS_OR_EXPIRES
    expires_in = 1


class Unique(Recorded):
    """Is enqueued twice with one tag, and must run once."""

    unique_for = 600


class Large(Recorded):
    """Fills the broker."""

    @classmethod
    def work(cls, ballast):
        assert ballast


def end_by_sigkill(tag, pid, after_seconds=0):
    write(START, tag)
    time.sleep(after_seconds)
    write(FAIL, tag)
    os.kill(pid, signal.SIGKILL)
    time.sleep(20)
