"""Dramatiq with its Prometheus middleware."""

import os

import dramatiq
from dramatiq.brokers.redis import RedisBroker
from dramatiq.middleware.prometheus import Prometheus

from bench import workload

silence = workload.silence_seconds()
if silence is None:
    broker = RedisBroker(url=os.environ["CELERY_BROKER_URL"])
else:  # and look for the dead at every turn, not at one of a thousand
    broker = RedisBroker(
        url=os.environ["CELERY_BROKER_URL"],
        heartbeat_timeout=silence * 1000,
        maintenance_chance=1_000_000,
    )
broker.add_middleware(Prometheus())
dramatiq.set_broker(broker)

JOBS = {name: dramatiq.actor(getattr(workload, name), actor_name=name) for name in ("noop", "mark")}


def enqueue(job: str, jobs: int) -> None:
    """Enqueue so many jobs."""
    for number in range(jobs):
        JOBS[job].send(*workload.arguments(job, number))
