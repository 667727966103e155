"""What each running process says of how it is set up, so that two that do not fit are found.

Apart from the workers' reports, which are read every second: this is long and stays the same, and
``headcount check`` alone reads it. Older versions ignore it; what one does not say is None here.
"""

import logging
import os
import socket
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib.metadata import version
from typing import Any

import orjson
import redis
from redis.exceptions import RedisError

from service.broker import keys
from service.broker.scripts import REPORT

logger = logging.getLogger("headcount.broker")

EVERY_SECONDS = {"worker": 60.0, "beat": 5.0, "sidecar": 10.0}
"""Role -> between announcements. That a worker is there, its report says far more often."""

MISSED = 2.5
"""A process is gone that has said nothing for so many times the seconds between."""

REMEMBER_SECONDS = 600

REPORTED_VERSIONS = ("headcount", "celery", "kombu", "redis")


@dataclass(frozen=True, slots=True)
class ProcessSetup:
    """One running process. ``role``: worker, beat or sidecar.

    ``clock_ahead_seconds``: its clock less the broker's. ``versions``: distribution -> version.
    ``tasks``: names of all tasks it knows. ``cron``: task -> schedule.
    """

    name: str
    role: str
    host: str
    pid: int
    clock_ahead_seconds: float
    versions: Mapping[str, str]
    queues: tuple[str, ...] | None
    lease_seconds: float | None
    timezone: str | None
    result_store: str | None
    tasks: frozenset[str] | None
    cron: Mapping[str, str] | None


class Announcement:
    """Says how this process is set up. ``setup``: those of ProcessSetup's fields it knows."""

    def __init__(
        self,
        client: "redis.Redis",
        name: str,
        role: str,
        setup: Mapping[str, Any],
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._client, self._name, self._clock = client, name, clock
        self.every_seconds = EVERY_SECONDS[role]
        itself = {"role": role, "host": socket.gethostname(), "pid": os.getpid()}
        self._text = orjson.dumps({**itself, "versions": own_versions(), **setup})

    def repeat(self) -> None:
        """Say it, again.

        Raises:
            redis.RedisError, OSError: the broker did not answer.
        """
        self._send(self._text)

    def withdraw(self) -> None:
        """Say that this process has ended, if the broker is there to hear it."""
        try:
            self._send(b"")
        except (RedisError, OSError) as error:
            logger.debug("the broker was not told that %s ended: %s", self._name, error)

    def _send(self, text: bytes) -> None:
        arguments = (self._name, text, REMEMBER_SECONDS, repr(self._clock()))
        REPORT(self._client, (keys.PROCESSES, keys.PROCESSES_SEEN), arguments)


def own_versions() -> dict[str, str]:
    """Return distribution -> version, of those that have to fit between processes."""
    return {name: version(name) for name in REPORTED_VERSIONS}


def running_processes(client: "redis.Redis") -> tuple[ProcessSetup, ...]:
    """Return the processes that have announced themselves lately, by name.

    Raises:
        redis.RedisError, OSError: the broker did not answer.
    """
    with client.pipeline(transaction=False) as commands:
        commands.time()
        commands.hgetall(keys.PROCESSES)
        commands.zrange(keys.PROCESSES_SEEN, 0, -1, withscores=True)
        (seconds, microseconds), said, seen = commands.execute()
    now, seen_at = seconds + microseconds / 1e6, dict(seen)
    known = [(_setup(name.decode(), said[name]), seen_at[name]) for name in sorted(said)]
    return tuple(one for one, when in known if now - when <= MISSED * EVERY_SECONDS[one.role])


def _setup(name: str, said: bytes) -> ProcessSetup:
    ahead, _, text = said.partition(b" ")
    state = orjson.loads(text)
    queues, tasks = state.get("queues"), state.get("tasks")
    return ProcessSetup(
        name=name,
        role=state["role"],
        host=state["host"],
        pid=state["pid"],
        clock_ahead_seconds=float(ahead),
        versions=state.get("versions") or {},
        queues=None if queues is None else tuple(queues),
        lease_seconds=state.get("lease_seconds"),
        timezone=state.get("timezone"),
        result_store=state.get("result_store"),
        tasks=None if tasks is None else frozenset(tasks),
        cron=state.get("cron"),
    )
