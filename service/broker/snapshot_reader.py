"""Reads a :class:`Snapshot`: one transaction and one INFO, whatever there is to count.

One more command reads of the newest dead jobs those that the last snapshot did not show.
"""

import logging
import time
from collections.abc import Iterable
from typing import Any

import orjson
import redis
from redis.exceptions import NoPermissionError, NoScriptError, ResponseError

from service.broker import keys
from service.broker.broker_state import broker_state
from service.broker.connection import broker_errors, without_passwords
from service.broker.message import headers_of, stamps
from service.broker.newest_dead import NEWEST, NewestDead
from service.broker.parsed_rows import ParsedRows
from service.broker.scripts import SNAPSHOT, Argument
from service.broker.snapshot import (
    BrokerState,
    CronState,
    DeadEntry,
    LedgerCounts,
    QueueState,
    Snapshot,
    WorkerState,
)
from service.broker.soundness import sound
from service.errors import BrokerError
from service.queues import QUEUE_NAMES

logger = logging.getLogger("headcount.broker")

SNAPSHOT_TIMEOUT_SECONDS = 1.0
"""For who reads once a second: a broker that takes longer is down."""


class SnapshotReader:
    """Reads snapshots over one client, from one thread. ``url`` is only for error messages."""

    def __init__(self, client: "redis.Redis", url: str) -> None:
        self._client, self._url = client, url
        self._may_transact, self._may_write = True, True
        self._workers, self._cron = ParsedRows(_worker), ParsedRows(_cron_entry)
        self._newest_dead = NewestDead(client)

    def __call__(self) -> Snapshot:
        """Read one.

        Raises:
            BrokerError: the broker cannot be read; says where and why.
        """
        begun = time.monotonic()
        with broker_errors(self._url):
            replies = self._read()
            broker = self._broker()
            dead = self._newest_dead(_pairs(replies[0].pop()))
        try:
            return self._snapshot(replies, broker, dead, time.monotonic() - begun)
        except (ValueError, TypeError, LookupError) as error:
            where, what = without_passwords(self._url), type(error).__name__
            raise BrokerError(
                f"{where}: somebody else wrote into headcount: keys ({what})"
            ) from error

    def _read(self) -> list[Any]:
        """Return the script's answer and those of the long reads, all of the same moment.

        A user who may only read may ask for no transaction; the commands still go out as one.
        """
        try:
            return self._together(SNAPSHOT.command(_KEYS, (NEWEST,)))
        except NoScriptError:
            return self._together(SNAPSHOT.in_full(_KEYS, (NEWEST,)))
        except NoPermissionError:
            if not self._may_transact:
                raise
            self._may_transact = False
            return self._read()

    def _together(self, script: tuple[Argument, ...]) -> list[Any]:
        with self._client.pipeline(transaction=self._may_transact) as commands:
            commands.execute_command(*script)
            for long_read in _LONG_READS:
                commands.execute_command(*long_read)
            return list(commands.execute())

    def _broker(self) -> BrokerState:
        """Return what the broker says of itself, and whether it takes writes: it may only read.

        The write stores nothing, and needs no memory. A user who may not write asks once.
        """
        with self._client.pipeline(transaction=False) as commands:
            commands.info()
            if self._may_write:
                commands.delete(keys.NOTHING)
            info, *written = commands.execute(raise_on_error=False)
        if written and isinstance(written[0], NoPermissionError):
            self._may_write, written = False, []
        if isinstance(info, ResponseError):
            logger.debug("the broker does not answer INFO: %s", info)
            info = {}
        return broker_state(info, *written)

    def _snapshot(
        self,
        replies: list[Any],
        broker: BrokerState,
        dead: tuple[DeadEntry, ...],
        probe_seconds: float,
    ) -> Snapshot:
        (stamp, ledger, renewal, beat, queues), tags, reports, seen, *cron = replies
        now, counts = float(stamp), {k.decode(): int(v) for k, v in _pairs(ledger).items()}
        leased = b"\n".join([*tags, b""])
        return Snapshot(
            as_of=now,
            probe_seconds=probe_seconds,
            queues=tuple(
                _queue(name, state, leased.count(f":{name}\n".encode()), counts, now)
                for name, state in zip(QUEUE_NAMES, queues, strict=True)
            ),
            workers=self._workers(_reported(_pairs(reports), _pairs(seen))),
            cron=self._cron(_rows(*map(_pairs, cron))),
            beat_last_tick=_number(_pairs(beat).get(b"last_tick")),
            lease_oldest_age_seconds=max(0.0, now - float(renewal)) if renewal else 0.0,
            broker=broker,
            newest_dead=dead,
        )


_KEYS = (
    keys.LEDGER,
    keys.UNACKED_INDEX,
    keys.BEAT,
    *[key for name in QUEUE_NAMES for key in (name, keys.scheduled(name), keys.dead(name))],
)

_LONG_READS = (
    ("HKEYS", keys.UNACKED),
    ("HGETALL", keys.WORKERS),
    ("ZRANGE", keys.WORKERS_SEEN, 0, -1, "WITHSCORES"),
    ("HGETALL", keys.CRON),
    ("HGETALL", keys.CRON_DISPATCHED),
    ("HGETALL", keys.CRON_MISSED),
    ("HGETALL", keys.CRON_SUCCESSES),
    ("HGETALL", keys.CANARIES),
)


def _queue(
    name: str, state: list[Any], leased: int, ledger: dict[str, int], now: float
) -> QueueState:
    ready, oldest, scheduled, first_due, dead = state
    counted = {what: ledger.get(f"{name}:{what}", 0) for what in LedgerCounts.__slots__}
    return QueueState(
        name=name,
        ready=ready,
        scheduled=scheduled,
        leased=leased,
        dead=dead,
        oldest_ready_age_seconds=_age(oldest, now),
        overdue_seconds=max(0.0, now - float(first_due)) if first_due else 0.0,
        leases_expired=ledger.get(f"{name}:leases_expired", 0),
        ledger=LedgerCounts(**counted),
        dead_overflow=ledger.get(f"{name}:dead_overflow", 0),
    )


def _age(item: bytes, now: float) -> float:
    """Return how long a waiting job has been due; 0 where its message does not say."""
    due_at = stamps(sound(headers_of(item))).get("due_at")
    return max(0.0, now - due_at) if due_at is not None else 0.0


def _worker(name: str, report: bytes, seen: bytes) -> WorkerState:
    state = _known(orjson.loads(report), WorkerState._fields)
    state["queues"] = tuple(state["queues"])
    return WorkerState(name=name, last_seen=float(seen), **state)


def _cron_entry(
    task: str,
    entry: bytes,
    dispatched: bytes | None,
    missed: bytes | None,
    success: bytes | None,
    round_trip: bytes | None,
) -> CronState:
    return CronState(
        task,
        last_dispatch=_number(dispatched),
        last_success=_number(success),
        missed=int(missed or 0),
        round_trip_seconds=_number(round_trip),
        **_known(orjson.loads(entry), CronState.__slots__),
    )


def _known(said: dict[str, Any], names: Iterable[str]) -> dict[str, Any]:
    """Return what this version knows of what a process says: a newer one may say more."""
    return {name: said[name] for name in names if name in said}


def _number(text: bytes | None) -> float | None:
    return float(text) if text is not None else None


def _reported(reports: dict[bytes, Any], seen: dict[bytes, Any]) -> dict[bytes, tuple[Any, ...]]:
    """Return worker -> its report, and when it came."""
    return {name: (reports[name], seen[name]) for name in reports.keys() & seen.keys()}


def _rows(first: dict[bytes, Any], *more: dict[bytes, Any]) -> dict[bytes, tuple[Any, ...]]:
    """Return name -> what each of the replies has of it; names are the first reply's."""
    return {name: (value, *[one.get(name) for one in more]) for name, value in first.items()}


def _pairs(flat: Any) -> dict[bytes, Any]:
    """Return a reply of alternating fields and values as a dict (a list of pairs in RESP3)."""
    if isinstance(flat, dict):
        return flat
    if flat and isinstance(flat[0], (list, tuple)):
        return dict(flat)
    return dict(zip(flat[::2], flat[1::2], strict=True))
