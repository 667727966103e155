"""Taking back what silent workers hold, and burying jobs that silence every worker they meet."""

import logging

import redis

from service.broker import keys
from service.broker.dead_set import dead_record
from service.broker.lease import DELIVERIES_ALLOWED, End
from service.broker.message import headers_of, stamps
from service.broker.outbox import end_leases
from service.broker.scripts import SWEEP
from service.broker.soundness import sound
from service.queues import QUEUE_NAMES

logger = logging.getLogger("headcount.broker")

PLAIN_WORKER_SECONDS = 3600
"""A plain Celery worker that holds a job so long is taken for dead. Source: kombu's default."""


def sweep(client: "redis.Redis", lease_seconds: float) -> dict[str, str]:
    """Take back leases not renewed for ``lease_seconds``; called far more often than that.

    Returns tag -> "returned" to its queue, or "dead".
    """
    names = (keys.UNACKED, keys.UNACKED_INDEX, keys.LEDGER, keys.SWEEPER)
    limits = (lease_seconds, DELIVERIES_ALLOWED, keys.PREFIX, PLAIN_WORKER_SECONDS)
    taken = SWEEP(client, names, (*limits, *QUEUE_NAMES))
    fates = {}
    for tag, queue, deliveries, item in zip(*[iter(taken)] * 4, strict=True):
        if item:
            end_leases(client, [_burial(tag.decode(), queue.decode(), deliveries, item)])
        fates[tag.decode()] = "dead" if item else "returned"
        logger.warning("lease %s expired; its job is %s", tag.decode(), fates[tag.decode()])
    return fates


def _burial(tag: str, queue: str, deliveries: int, item: bytes) -> End:
    headers = sound(headers_of(item))
    job_id, unique = str(headers.get("id") or tag), stamps(headers).get("unique") or [""]
    record = dead_record(
        job_id=job_id,
        queue=queue,
        task=headers.get("task"),
        outcome="lost",
        attempts=(headers.get("retries") or 0) + deliveries,
        headers=headers,
        error_type="WorkerLostError",
        error=f"its worker fell silent on each of {deliveries} deliveries",
    )
    return End(tag, queue, "dead", job_id, record, unique[0])
