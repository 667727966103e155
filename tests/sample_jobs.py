"""Jobs for tests: one for every way an attempt can end."""

import logging
import os
import signal
import threading
import time
from pathlib import Path

import structlog
from celery import current_task
from celery.exceptions import Ignore, Reject
from prometheus_client import Counter

from workers import Worker, app

PARCELS = Counter("parcels", "Parcels packed by the jobs of the tests.", ["size"])


def note(*words):
    """Append a line to the file of the environment's NOTES; return how many there are now."""
    with Path(os.environ["NOTES"]).open("a+") as notes:
        notes.write(" ".join(map(str, words)) + "\n")
        notes.seek(0)
        return len(notes.readlines())


class Note(Worker):
    """Writes its words down."""

    @classmethod
    def perform(cls, *words):
        note(*words)


class CriticalNote(Note):
    queue = "critical"


class LowNote(Note):
    queue = "low"


class NoteTime(Worker):
    """Writes down when it ran."""

    @classmethod
    def perform(cls):
        note(time.time())


class Nap(Worker):
    """Sleeps; its seconds may be logged, its secret may not."""

    log_arguments = ("seconds",)

    @classmethod
    def perform(cls, seconds, secret=None):
        note("start", seconds, secret)
        time.sleep(seconds)
        note("end", seconds, secret)


class CriticalNap(Nap):
    queue = "critical"


class LowNap(Nap):
    queue = "low"


class NapOnce(Worker):
    """Sleeps when it runs for the first time, by its own notes."""

    @classmethod
    def perform(cls, seconds):
        if note("napping") == 1:
            time.sleep(seconds)


class NapOnceUnretried(NapOnce):
    max_retries = 0


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
        note(tag, current_task.request.retries)
        if current_task.request.retries < 2:
            raise ValueError("not yet")


class FailAlways(Worker):
    max_retries = 2
    retry_backoff = 0.1

    @classmethod
    def perform(cls):
        raise ValueError("never")


class FailSlowly(FailAlways):
    retry_backoff = 60


class FailSteadily(Worker):
    max_retries = 2
    retry_backoff = 0.5
    retry_jitter = False

    @classmethod
    def perform(cls):
        raise ValueError("never")


class OddError(Exception):
    """Cannot be pickled, and cannot be told."""

    def __init__(self, *, lock):
        super().__init__("odd")
        self.lock = lock


class FailUnpicklably(Worker):
    max_retries = 0

    @classmethod
    def perform(cls):
        raise OddError(lock=threading.Lock())


class FailUnpicklablyAlways(FailUnpicklably):
    max_retries = 1
    retry_backoff = 0.1


class FailOnAFile(Worker):
    """Quotes the name of a file, which need not be text that UTF-8 can carry."""

    max_retries = 1
    retry_backoff = 0.1

    @classmethod
    def perform(cls):
        raise ValueError(os.fsdecode(b"caf\xe9.txt"))


class FailLate(Worker):
    max_retries = 0

    @classmethod
    def perform(cls, seconds):
        time.sleep(seconds)
        raise ValueError("too late")


class RetryLate(Worker):
    max_retries = 1
    retry_backoff = 0.1

    @classmethod
    def perform(cls, seconds):
        time.sleep(seconds)
        if current_task.request.retries == 0:
            raise ValueError("once more")


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


class KillSelfLate(KillSelf):
    @classmethod
    def perform(cls, seconds):
        time.sleep(seconds)
        os.kill(os.getpid(), signal.SIGKILL)


class KillSelfOnce(Worker):
    max_retries = 1
    retry_backoff = 0.1

    @classmethod
    def perform(cls, tag):
        note(tag, current_task.request.retries)
        if current_task.request.retries == 0:
            os.kill(os.getpid(), signal.SIGKILL)


class KillSelfAlways(Worker):
    max_retries = 1
    retry_backoff = 0.1

    @classmethod
    def perform(cls):
        os.kill(os.getpid(), signal.SIGKILL)


class KillTheWorker(Worker):
    """Takes along the process that runs it and that one's parent."""

    unique_for = 600

    @classmethod
    def perform(cls):
        note("worker killed")
        os.kill(os.getppid(), signal.SIGKILL)
        time.sleep(20)


class HardLimitKept(HardLimit):
    store_result = True


class HardLimitAlways(Worker):
    max_retries = 1
    retry_backoff = 0.1
    time_limit = 0.3

    @classmethod
    def perform(cls):
        time.sleep(20)


class Exit(Worker):
    max_retries = 0

    @classmethod
    def perform(cls):
        raise SystemExit(3)


class ExitOnce(Worker):
    max_retries = 1
    retry_backoff = 0.1

    @classmethod
    def perform(cls, tag):
        note(tag, current_task.request.retries)
        if current_task.request.retries == 0:
            raise SystemExit(3)


class OutOfMemory(Worker):
    max_retries = 0

    @classmethod
    def perform(cls):
        raise MemoryError("no more")


class OutOfMemoryAlways(OutOfMemory):
    max_retries = 1
    retry_backoff = 0.1


class Unserialisable(Worker):
    max_retries = 0
    store_result = True

    @classmethod
    def perform(cls):
        return object()


class RejectIt(Worker):
    max_retries = 1

    @classmethod
    def perform(cls, requeue=False):
        raise Reject("not mine", requeue=requeue)


class IgnoreIt(Worker):
    @classmethod
    def perform(cls):
        raise Ignore


class ShortLived(Worker):
    expires_in = 1e-6  # over before any worker can begin; a millisecond was not

    @classmethod
    def perform(cls):
        note("too late")


class LivesASecond(Worker):
    expires_in = 1

    @classmethod
    def perform(cls):
        note("in time")


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


class OnlyOneBriefly(Worker):
    max_retries = 0
    unique_for = 0.5

    @classmethod
    def perform(cls):
        note("briefly")


class OnlyOneFails(Fail):
    unique_for = 60


class OnlyOneRetries(FailAlways):
    unique_for = 60


class OnlyOneExpires(ShortLived):
    unique_for = 60


class OnlyOneIsKilled(KillSelf):
    unique_for = 60


class OnlyOneIsRejected(RejectIt):
    unique_for = 60


class FailKept(Fail):
    store_result = True

    @classmethod
    def perform(cls):
        raise ValueError("kept")


class Parent(Worker):
    """Enqueues a child, prints and logs, for the correlation id to follow."""

    @classmethod
    def perform(cls, tag):
        print(f"printed by {tag}")
        logging.getLogger("third.party").warning("logged by %s", tag)
        Note.perform_async(tag)


class Say(Worker):
    """Says something with a field of its own, and leaves a line half printed."""

    max_retries = 0

    @classmethod
    def perform(cls, text, fail=False):
        structlog.contextvars.bind_contextvars(customer=text)
        logging.getLogger("third.party").warning(text)
        print("half a line", end="")
        if fail:
            raise ValueError("as told")


class Secretive(Worker):
    """Takes arguments nobody may see."""

    max_retries = 0

    @classmethod
    def perform(cls, secret, also=None):
        pass


class SecretiveFails(Secretive):
    @classmethod
    def perform(cls, secret, also=None):
        raise ValueError("without saying why")


class SecretiveRetries(SecretiveFails):
    max_retries = 1
    retry_backoff = 0.1


class SecretiveIsKilled(Secretive):
    @classmethod
    def perform(cls, secret, also=None):
        os.kill(os.getpid(), signal.SIGKILL)


class SecretiveTimesOut(Secretive):
    time_limit = 0.3

    @classmethod
    def perform(cls, secret, also=None):
        time.sleep(20)


class Pack(Worker):
    """Counts in a metric of its own."""

    @classmethod
    def perform(cls, size, parcels=1):
        PARCELS.labels(size).inc(parcels)


@app.task
def plain(value):
    return value


@app.task(bind=True, max_retries=1)
def plain_retry(self, tag):
    note(tag, self.request.retries)
    raise self.retry(countdown=0.1, exc=ValueError("again"))


@app.task(bind=True, max_retries=0)
def plain_retry_silently(self, secret):
    raise self.retry()


@app.task(bind=True, max_retries=1)
def plain_move(self, tag):
    """Retries into another queue."""
    note(tag, self.request.retries, self.request.delivery_info["routing_key"])
    if self.request.retries == 0:
        raise self.retry(countdown=0.1, queue="low")


@app.task(bind=True, max_retries=1)
def plain_change(self, number):
    """Retries with another argument."""
    if self.request.retries == 0:
        raise self.retry(args=(number + 1,), countdown=0.1)
    note("changed to", number)


@app.task
def plain_fail(text="boom"):
    raise ValueError(text)


@app.task(bind=True)
def plain_replace(self, tag):
    raise self.replace(plain_note.si(tag))


@app.task
def plain_note(*words):
    note(*words)


@app.task(ignore_result=False)
def add(numbers):
    note("sum", sum(numbers))
    return sum(numbers)


class Family(Worker):
    """Writes down whose child it is, and has two children, one of them by bulk."""

    @classmethod
    def perform(cls, name, children=True):
        me = current_task.request
        note(name, me.id, me.parent_id, me.root_id)
        if children:
            cls.perform_async("child", children=False)
            cls.perform_bulk([("bulk child", False)])
