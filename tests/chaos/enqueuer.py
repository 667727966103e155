"""The enqueuers' side of the record: what the broker accepted, and what nobody can say of."""

import random
import threading
import time
from collections.abc import Callable
from itertools import count
from typing import Any, Self

from service.errors import EnqueueError
from tests.chaos import jobs

LONGEST_ENQUEUE_SECONDS = 10.0
"""What the promise allows an enqueue to take, whatever the broker does."""


class Enqueuer:
    """Enqueues jobs under tags of their own. Any thread may.

    ``accepted``: tag -> fate; ``doubtful``: the same of those whose enqueue raised; ``begun``:
    tag -> Unix time at which its enqueue began; ``due``: tag -> Unix time, of delayed jobs only;
    ``twice``: tags that may run twice because they were enqueued twice.
    """

    def __init__(self) -> None:
        self._numbers = count(1)
        self.accepted, self.doubtful = dict[str, str](), dict[str, str]()
        self.begun, self.due = dict[str, float](), dict[str, float]()
        self.twice = set[str]()
        self.longest_seconds = 0.0

    def one(self, job: Any, *args: Any, due_in: float | None = None) -> str:
        """Enqueue one job, now or later; its tag."""
        tag = f"{job.__name__}-{next(self._numbers)}"
        if due_in is None:
            self.record(tag, job.fate, lambda: job.perform_async(tag, *args))
        else:
            self.due[tag] = time.time() + due_in
            self.record(tag, job.fate, lambda: job.perform_in(due_in, tag, *args))
        return tag

    def pair(self, due_in: float = 2.0) -> None:
        """Enqueue a unique job twice; the second time counts only if the first may be over."""
        tag = self.one(jobs.Unique, due_in=due_in)
        self.record(tag, jobs.ENDS, lambda: jobs.Unique.perform_in(due_in, tag))
        if time.time() > self.due[tag]:
            self.twice.add(tag)

    def record(self, tag: str, fate: str, enqueue: Callable[[], object]) -> None:
        """Enqueue, and write down what is known of it."""
        self.begun.setdefault(tag, time.time())
        begun = time.monotonic()
        try:
            enqueue()
        except EnqueueError:
            if tag not in self.accepted:
                self.doubtful[tag] = fate
        else:
            self.accepted[tag] = fate
            self.doubtful.pop(tag, None)
        self.longest_seconds = max(self.longest_seconds, time.monotonic() - begun)


Mixture = Callable[[Enqueuer, random.Random], object]
"""Enqueues a job of whatever kind the dice say."""


def of_every_fate(enqueuer: Enqueuer, rng: random.Random) -> None:
    """Enqueue a job that may be quick, slow, delayed, failing, perishable or unique."""
    dice = rng.random()
    if dice < 0.4:
        enqueuer.one(jobs.Quick)
    elif dice < 0.75:
        nap = rng.choice([jobs.Nap, jobs.CriticalNap, jobs.LowNap])
        enqueuer.one(nap, rng.uniform(0, 0.4))
    elif dice < 0.85:
        enqueuer.one(jobs.Quick, due_in=rng.uniform(0, 4))
    else:
        rare = [jobs.Flaky, jobs.FailsAlways, jobs.ChildKilledOnce, jobs.Perishable]
        job = rng.choice([*rare, jobs.Unique])
        enqueuer.pair() if job is jobs.Unique else enqueuer.one(job)


class Load:
    """Enqueues a seeded mixture from a thread, so many jobs a second, while the ``with`` lasts."""

    def __init__(
        self,
        enqueuer: Enqueuer,
        rng: random.Random,
        per_second: float,
        mixture: Mixture = of_every_fate,
    ) -> None:
        self._enqueuer, self._rng, self._mixture = enqueuer, random.Random(rng.random()), mixture
        self._pause = 1 / per_second
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._run)

    def _run(self) -> None:
        while not self._stopped.wait(self._pause):
            self._mixture(self._enqueuer, self._rng)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stopped.set()
        self._thread.join()
