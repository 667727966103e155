"""Jobs for tests: one for every way an attempt can end."""

import os
import signal
import time

from celery.exceptions import Ignore, Reject

from workers import Worker, app


class Note(Worker):
    """Appends its words to the file of the environment's NOTES, as a record from outside."""

    @classmethod
    def perform(cls, *words):
        note(*words)


class CriticalNote(Note):
    queue = "critical"


class LowNote(Note):
    queue = "low"


class Nap(Worker):
    """Sleeps; its seconds may be logged, its secret may not."""

    log_arguments = ("seconds",)

    @classmethod
    def perform(cls, seconds, secret=None):
        note("start", seconds, secret)
        time.sleep(seconds)
        note("end", seconds, secret)


class Fail(Worker):
    max_retries = 0

    @classmethod
    def perform(cls, text="boom"):
        raise ValueError(text)


class FailTwice(Worker):
    max_retries = 3
    retry_backoff = 0.1

    @classmethod
    def perform(cls, tag):
        from celery import current_task

        note(tag, current_task.request.retries)
        if current_task.request.retries < 2:
            raise ValueError("not yet")


class FailAlways(Worker):
    max_retries = 2
    retry_backoff = 0.1

    @classmethod
    def perform(cls):
        raise ValueError("never")


class SoftLimit(Worker):
    max_retries = 0
    soft_time_limit = 0.3

    @classmethod
    def perform(cls):
        time.sleep(20)


class HardLimit(Worker):
    max_retries = 0
    time_limit = 0.3

    @classmethod
    def perform(cls):
        time.sleep(20)


class KillSelf(Worker):
    max_retries = 0

    @classmethod
    def perform(cls):
        os.kill(os.getpid(), signal.SIGKILL)


class KillSelfOnce(Worker):
    max_retries = 1
    retry_backoff = 0.1

    @classmethod
    def perform(cls, tag):
        from celery import current_task

        note(tag, current_task.request.retries)
        if current_task.request.retries == 0:
            os.kill(os.getpid(), signal.SIGKILL)


class Exit(Worker):
    max_retries = 0

    @classmethod
    def perform(cls):
        raise SystemExit(3)


class OutOfMemory(Worker):
    max_retries = 0

    @classmethod
    def perform(cls):
        raise MemoryError("no more")


class Unserialisable(Worker):
    store_result = True

    @classmethod
    def perform(cls):
        return object()


class RejectIt(Worker):
    @classmethod
    def perform(cls, requeue=False):
        raise Reject("not mine", requeue=requeue)


class IgnoreIt(Worker):
    @classmethod
    def perform(cls):
        raise Ignore


class ShortLived(Worker):
    expires_in = 0.001

    @classmethod
    def perform(cls):
        note("too late")


class Keep(Worker):
    store_result = True

    @classmethod
    def perform(cls, value):
        return value


class OnlyOne(Worker):
    unique_for = 60

    @classmethod
    def perform(cls, tag, seconds=0):
        note(tag)
        time.sleep(seconds)


class Parent(Worker):
    """Enqueues a child, prints and logs, for the correlation id to follow."""

    @classmethod
    def perform(cls, tag):
        import logging

        print(f"printed by {tag}")
        logging.getLogger("third.party").warning("logged by %s", tag)
        Note.perform_async(tag)


@app.task
def plain(value):
    return value


@app.task(bind=True, max_retries=1)
def plain_retry(self, tag):
    note(tag, self.request.retries)
    raise self.retry(countdown=0.1, exc=ValueError("again"))


def note(*words):
    path = os.environ.get("NOTES")
    if path:
        with open(path, "a") as notes:
            notes.write(" ".join(map(str, words)) + "\n")
