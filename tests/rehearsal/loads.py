"""The rehearsal's load: what a healthy application enqueues, and some jobs that take long."""

import random

from tests.chaos import jobs
from tests.chaos.enqueuer import Enqueuer


def everyday(enqueuer: Enqueuer, rng: random.Random) -> None:
    """Enqueue a short job; one in fifty needs another attempt, one in 5,000 fails for good."""
    dice = rng.random()
    if dice < 0.5:
        enqueuer.one(jobs.Quick)
    elif dice < 0.8:
        nap = rng.choice([jobs.Nap, jobs.CriticalNap, jobs.LowNap])
        enqueuer.one(nap, rng.uniform(0, 0.4))
    elif dice < 0.95:
        enqueuer.one(jobs.Quick, due_in=rng.uniform(0, 6))
    elif dice < 0.98:
        enqueuer.pair()
    elif dice < 0.9998:
        enqueuer.one(jobs.FailsOnce)
    else:
        enqueuer.one(jobs.FailsAlways)


def long(enqueuer: Enqueuer, rng: random.Random) -> None:
    """Enqueue a job that takes seconds, of which every eighth outlasts what a drain allows."""
    nap = rng.choice([jobs.Nap, jobs.CriticalNap, jobs.LowNap])
    enqueuer.one(nap, rng.uniform(1, 4) if rng.random() < 7 / 8 else rng.uniform(10, 14))
