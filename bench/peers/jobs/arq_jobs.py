"""arq: one process, ten coroutines at once, as it ships; no results kept."""

import asyncio
import os
from typing import Any

from arq import create_pool
from arq.connections import RedisSettings

from bench import workload


async def noop(_context: dict[str, Any]) -> None:
    """Do nothing."""
    workload.noop()


async def mark(_context: dict[str, Any], number: int) -> None:
    """Take a while, then leave a mark."""
    await asyncio.sleep(workload.MARK_SECONDS)
    workload.leave_mark(number)


class WorkerSettings:
    """What ``arq`` is started with."""

    functions = (noop, mark)
    redis_settings = RedisSettings.from_dsn(os.environ["CELERY_BROKER_URL"])
    keep_result = 0
    log_results = False
    job_timeout = workload.silence_seconds() or 300


def enqueue(job: str, jobs: int) -> None:
    """Enqueue so many jobs."""
    asyncio.run(_enqueue(job, jobs))


async def _enqueue(job: str, jobs: int) -> None:
    pool = await create_pool(WorkerSettings.redis_settings)
    for number in range(jobs):
        await pool.enqueue_job(job, *workload.arguments(job, number))
    await pool.aclose()
