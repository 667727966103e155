"""RQ, which forks a process for every job; no results kept."""

import os

from redis import Redis
from rq import Queue

from bench import workload

REDIS_URL = os.environ["CELERY_BROKER_URL"]
"""What ``rq`` reads, told that this module is its settings."""


def enqueue(job: str, jobs: int) -> None:
    """Enqueue so many jobs, all at once."""
    queue = Queue(connection=Redis.from_url(REDIS_URL))
    function = getattr(workload, job)
    given = (workload.arguments(job, number) for number in range(jobs))
    queue.enqueue_many([Queue.prepare_data(function, one, result_ttl=0) for one in given])
