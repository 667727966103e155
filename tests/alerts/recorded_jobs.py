"""The few jobs of the scenes that record.py plays: few, since each task has series of its own."""

import os
import signal
import time

from celery import current_task

from workers import Worker


class Quick(Worker):
    @classmethod
    def perform(cls):
        pass


class QuickCritical(Quick):
    queue = "critical"


class QuickLow(Quick):
    queue = "low"


class Slow(Worker):
    @classmethod
    def perform(cls, seconds):
        time.sleep(seconds)


class Fails(Worker):
    max_retries = 0

    @classmethod
    def perform(cls):
        raise ValueError("always")


class FailsOnce(Worker):
    retry_backoff = 0.1

    @classmethod
    def perform(cls):
        if current_task.request.retries == 0:
            raise ValueError("not yet")


class KilledOnce(Worker):
    retry_backoff = 0.1

    @classmethod
    def perform(cls):
        if current_task.request.retries == 0:
            os.kill(os.getpid(), signal.SIGKILL)
