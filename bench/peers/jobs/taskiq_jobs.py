"""taskiq on a Redis stream, its broker that acknowledges; jobs are coroutines, as it likes them."""

import asyncio
import os
from typing import Any

from taskiq_redis import RedisStreamBroker

from bench import workload

silence = workload.silence_seconds()
options: dict[str, Any] = {} if silence is None else {"idle_timeout": silence * 1000}
broker = RedisStreamBroker(os.environ["CELERY_BROKER_URL"], **options)


@broker.task("noop")
async def noop() -> None:
    """Do nothing."""
    workload.noop()


@broker.task("mark")
async def mark(number: int) -> None:
    """Take a while, then leave a mark."""
    await asyncio.sleep(workload.MARK_SECONDS)
    workload.leave_mark(number)


JOBS = {"noop": noop, "mark": mark}


def enqueue(job: str, jobs: int) -> None:
    """Enqueue so many jobs."""
    asyncio.run(_enqueue(job, jobs))


async def _enqueue(job: str, jobs: int) -> None:
    await broker.startup()
    for number in range(jobs):
        await JOBS[job].kiq(*workload.arguments(job, number))
    await broker.shutdown()
