"""A worker process's report of itself to the broker: one small script every few seconds.

Sidecars and the command line read it there; nobody has to ask the worker.
"""

import os
import socket
from collections.abc import Callable, Sequence

import orjson
import redis

from service.broker import keys
from service.broker.scripts import REPORT
from workers.activity import Activity
from workers.running_report import RunningReport

REPORT_SECONDS = 2.0
IDLE_REPORT_SECONDS = 4.0
REMEMBER_SECONDS = 900
"""A silent worker is shown, as silent, so long: its jobs are back after a lease."""


class Reporter:
    """Reports one worker process under its Celery node name.

    ``consumed`` returns the queues it takes jobs from now: remote control may change them.
    """

    def __init__(
        self,
        client: "redis.Redis",
        name: str,
        consumed: Callable[[], Sequence[str]],
        activity: Activity,
    ) -> None:
        self._client, self._name = client, name
        self._consumed, self._activity = consumed, activity
        self._running = RunningReport(client, name, REMEMBER_SECONDS, activity.running)

    def report(self) -> float:
        """Say how this worker is; return in how many seconds to do so again.

        It says nothing before it consumes, or it would be missed too soon.
        """
        if self._activity.intakes:
            self._send(orjson.dumps(self._state()))
            self._running.send()
        return REPORT_SECONDS if self._activity.busy else IDLE_REPORT_SECONDS

    def goodbye(self) -> None:
        """Say that this worker ended on purpose, and is not to be missed."""
        self._send(b"")
        self._running.withdraw()

    def _send(self, report: bytes) -> None:
        names = (keys.WORKERS, keys.WORKERS_SEEN)
        REPORT(self._client, names, (self._name, report, REMEMBER_SECONDS))

    def _state(self) -> dict[str, object]:
        activity = self._activity
        return {
            "host": socket.gethostname(),
            "pid": os.getpid(),
            "slots": activity.slots,
            "busy": activity.busy,
            "queues": self._consumed(),
            "draining": activity.draining,
            "version": activity.version,
            "celery_version": activity.celery_version,
            "loop_age_seconds": round(activity.loop_age_seconds(), 3),
            "idle_seconds": round(activity.idle_seconds(), 3),
        }
