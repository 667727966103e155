"""What the broker keeps of Beat and its entries: for other Beats, the sidecar, the command line."""

import logging
import os
import socket
import time
from collections.abc import Callable, Mapping
from typing import Any

import orjson
import redis
from redis.exceptions import RedisError

from service.broker import keys
from service.broker.connection import connect
from service.broker.process_setup import Announcement
from service.broker.scripts import BEAT, MISS_SLOTS
from service.settings import Settings

logger = logging.getLogger("headcount.beat")

REPORT_SECONDS = 5.0
FORGET_SECONDS = 30.0
"""An entry that no Beat has reported for so long is gone: its class was removed."""

_KEYS = (
    keys.BEAT,
    keys.CRON,
    keys.CRON_SEEN,
    keys.CRON_SLOTS,
    keys.CRON_DISPATCHED,
    keys.CRON_MISSED,
    keys.CRON_SUCCESSES,
    keys.CANARIES,
)

Entries = Mapping[str, Mapping[str, Any]]
"""Task -> what is reported of its entry: schedule, queue, next_due, interval_seconds."""


class CronJournal:
    """Reports that Beat ticks and what its entries are; knows the slot each ran for last.

    A broker that is away costs a line in the log, never a tick.
    """

    def __init__(self, settings: Settings, setup: Mapping[str, Any]) -> None:
        self._client: redis.Redis = connect(settings)
        name = f"beat-{os.getpid()}@{socket.gethostname()}"
        self._announcement = Announcement(self._client, name, "beat", setup)
        self._reported_at, self._stale, self._silent = 0.0, True, False
        self._began = False
        self.last_slots: dict[str, int] = {}
        """Task -> the slot dealt with last, by any Beat, as of the last report."""

    def refresh(self) -> None:
        """Let the next tick report, and read what other Beats have done."""
        self._stale = True

    def tick(self, entries: Callable[[], Entries]) -> None:
        """Report, if the last report is a while ago."""
        if not self._stale and time.monotonic() - self._reported_at < REPORT_SECONDS:
            return
        self._reported_at, self._stale = time.monotonic(), False
        try:
            self._report(entries())
            self._silent = False
        except (RedisError, OSError) as error:
            self._stale = True
            if not self._silent:
                logger.warning("Beat's report waits for the broker: %s", error)
            self._silent = True

    def end(self) -> None:
        """Say that this Beat has ended."""
        self._announcement.withdraw()

    def miss(self, task: str, last: int, missed: int, last_missed: int) -> bool:
        """Count missed slots after ``last``; return False if another Beat has dealt with them.

        Raises:
            redis.RedisError, OSError: the broker did not answer.
        """
        names = (keys.CRON_SLOTS, keys.CRON_MISSED)
        return bool(MISS_SLOTS(self._client, names, (task, last, last_missed, missed)))

    def _report(self, entries: Entries) -> None:
        if not self._began:
            self._begin_anew(entries)
            self._began = True
        described = [(task, orjson.dumps(entry)) for task, entry in entries.items()]
        arguments = [one for pair in described for one in pair]
        slots = BEAT(self._client, _KEYS, (FORGET_SECONDS, int(time.time()), *arguments))
        self.last_slots = dict(zip(entries, map(int, slots), strict=True))
        self._announcement.repeat()

    def _begin_anew(self, entries: Entries) -> None:
        """Forget the last slot of entries whose schedule has changed: its slots are others now."""
        for field, known in self._client.hgetall(keys.CRON).items():
            entry = entries.get(field.decode())
            if entry is not None and entry["schedule"] != orjson.loads(known)["schedule"]:
                self._client.hset(keys.CRON_SLOTS, field, int(time.time()))
