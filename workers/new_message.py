"""The message of a new job, as Celery and kombu would have made it: see ``shortcut.py``."""

from collections.abc import Mapping
from contextlib import nullcontext
from time import time
from typing import TYPE_CHECKING, Any

import orjson
from celery._state import get_current_worker_task
from celery.utils.nodenames import anon_nodename
from kombu.utils.json import dumps

from service.broker.message import HEADER, envelope, first_stamps
from service.telemetry.correlation import current_correlation_id
from workers.new_job import HIDDEN, NewJob

if TYPE_CHECKING:
    from workers.worker import Worker

UNTRACED = nullcontext[dict[str, str]]({})
"""Stands in for a span around a publish: nothing is carried."""

NO_CALLBACKS = {"callbacks": None, "errbacks": None, "chain": None, "chord": None}


class NewMessages:
    """Makes the messages of jobs of one class that are enqueued from here and now.

    ``carried``: headers that they carry besides.
    """

    def __init__(self, worker: "type[Worker]", carried: Mapping[str, str]) -> None:
        self._now, self._correlation_id = time(), current_correlation_id()
        self._headers = _shared_headers(worker)
        self._headers |= carried
        self._properties = {
            "reply_to": "",
            "delivery_mode": 2,
            "delivery_info": {"exchange": "", "routing_key": worker.queue},
            "priority": 0,
        }

    def message(self, job: NewJob, job_id: str) -> bytes:
        """Return one job's message, stamped."""
        expires, unique = job.expires(), job.unique()
        stamps = first_stamps(self._now, job.due_at, self._correlation_id or job_id)
        if unique is not None:
            stamps["unique"] = unique
        headers = {
            **self._headers,
            "id": job_id,
            "root_id": self._headers["root_id"] or job_id,
            "expires": expires and expires.isoformat(),
            "kwargsrepr": job.shown(),
            HEADER: stamps,
        }
        properties = {**self._properties, "correlation_id": job_id}
        body = _json((job.args, job.kwargs, NO_CALLBACKS)).decode()
        return _json(envelope(body, ("application/json", "utf-8"), headers, properties))


def _shared_headers(worker: "type[Worker]") -> dict[str, Any]:
    """Return the headers that all jobs of a class have, and those that say who enqueues them."""
    parent = get_current_worker_task()
    asking = parent.request if parent else None
    return {
        "lang": "py",
        "task": worker.name,
        "shadow": None,
        "eta": None,
        "group": None,
        "group_index": None,
        "retries": 0,
        "timelimit": (worker.time_limit, worker.soft_time_limit),
        "root_id": (asking.root_id or asking.id) if asking else None,
        "parent_id": asking.id if asking else None,
        "argsrepr": HIDDEN,
        "origin": anon_nodename(),
        "ignore_result": not worker.store_result,
        "replaced_task_nesting": 0,
        "stamped_headers": None,
        "stamps": {},
    }


def _json(value: Any) -> bytes:
    """Return JSON; orjson is many times faster, but knows no numbers beyond 64 bits."""
    try:
        return orjson.dumps(value)
    except TypeError:
        return str(dumps(value)).encode()
