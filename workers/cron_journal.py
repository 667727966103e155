"""What the broker keeps of Beat and its entries, for the sidecar and the command line."""

import logging
import time
from collections.abc import Callable
from typing import Any

import orjson
import redis
from redis.exceptions import RedisError

from service.broker import keys
from service.broker.connection import connect
from service.settings import Settings

logger = logging.getLogger("headcount.beat")

WRITE_SECONDS = 5.0

Entries = dict[str, dict[str, Any]]


class CronJournal:
    """Writes when Beat last ticked, and per entry when it ran and is due next.

    A broker that is away costs a line in the log, never a tick.
    """

    def __init__(self, settings: Settings) -> None:
        self._client: redis.Redis = connect(settings)
        self._last_dispatch: dict[str, float] = {}
        self._written_at, self._changed, self._silent = 0.0, True, False
        self._took_over = False

    def dispatched(self, task: str, when: float) -> None:
        """Remember a run that was enqueued."""
        self._last_dispatch[task] = when
        self._changed = True

    def tick(self, entries: Callable[[], Entries]) -> None:
        """Report, if something happened or the last report is a while ago."""
        if not self._changed and time.monotonic() - self._written_at < WRITE_SECONDS:
            return
        self._written_at, self._changed = time.monotonic(), False
        try:
            self._write(entries())
            self._silent = False
        except (RedisError, OSError) as error:
            self._changed = True
            if not self._silent:
                logger.warning("Beat's report waits for the broker: %s", error)
            self._silent = True

    def _write(self, entries: Entries) -> None:
        if not self._took_over:
            self._take_over(entries)
            self._took_over = True
        with self._client.pipeline(transaction=True) as pipe:
            pipe.hset(keys.BEAT, "last_tick", repr(time.time()))
            for task, entry in entries.items():
                record = {**entry, "last_dispatch": self._last_dispatch.get(task), "missed": 0}
                pipe.hset(keys.CRON, task, orjson.dumps(record))
            pipe.execute()

    def _take_over(self, entries: Entries) -> None:
        """Keep an earlier Beat's times; drop its entries that are gone."""
        for field, entry in self._client.hgetall(keys.CRON).items():
            task, dispatched = field.decode(), orjson.loads(entry).get("last_dispatch")
            if task not in entries:
                self._client.hdel(keys.CRON, task)
                self._client.hdel(keys.CRON_SUCCESSES, task)
            elif dispatched is not None:
                self._last_dispatch.setdefault(task, dispatched)
