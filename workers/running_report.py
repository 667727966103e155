"""A worker's report of the jobs it runs: which they are, and for how long each has been.

It goes to the broker beside the report of the worker itself, for whoever looks there
(``service/broker/running.py``). A worker that runs nothing sends nothing.
"""

import time
from collections.abc import Callable

import orjson
import redis

from service.broker import keys
from service.broker.scripts import REPORT
from service.telemetry.events import Attempt

MOST_REPORTED = 50
"""Jobs of one worker, the longest running: all that anybody shows."""


class RunningReport:
    """Reports what one worker process runs, under its Celery node name. Arguments stay out of it.

    ``running`` returns the attempts being performed, the longest running first.
    """

    def __init__(
        self,
        client: "redis.Redis",
        name: str,
        remember_seconds: int,
        running: Callable[[], list[Attempt]],
    ) -> None:
        self._client, self._name, self._remember_seconds = client, name, remember_seconds
        self._running, self._said_something = running, False

    def send(self) -> None:
        """Say what runs; once nothing does, say that, and then nothing more."""
        leased = [one for one in self._running() if one.lease_tag is not None]
        rows = [_row(attempt) for attempt in leased[:MOST_REPORTED]]
        if rows:
            self._store(orjson.dumps(rows))
        else:
            self.withdraw()

    def withdraw(self) -> None:
        """Say that nothing runs, unless that has been said."""
        if self._said_something:
            self._store(b"")

    def _store(self, report: bytes) -> None:
        names = (keys.RUNNING, keys.RUNNING_SEEN)
        REPORT(self._client, names, (self._name, report, self._remember_seconds))
        self._said_something = bool(report)


def _row(attempt: Attempt) -> dict[str, object]:
    seconds = time.monotonic() - (attempt.started_at or 0.0)
    return {
        "lease": attempt.lease_tag,
        "id": attempt.job_id,
        "task": attempt.task,
        "seconds": round(max(0.0, seconds), 3),
    }
