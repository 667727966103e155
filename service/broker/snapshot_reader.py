"""Reads a :class:`Snapshot`: one script and one INFO, whatever there is to count."""

import logging
import time
from collections.abc import Sequence
from typing import Any

import orjson
import redis

from service.broker import keys
from service.broker.broker_state import broker_state
from service.broker.connection import broker_errors
from service.broker.message import headers_of, stamps
from service.broker.scripts import SNAPSHOT
from service.broker.snapshot import CronState, LedgerCounts, QueueState, Snapshot, WorkerState
from service.queues import QUEUE_NAMES

logger = logging.getLogger("headcount.broker")

SNAPSHOT_TIMEOUT_SECONDS = 1.0
"""For who reads once a second: a broker that takes longer is down."""


class SnapshotReader:
    """Reads snapshots over one client. ``url`` is only for error messages."""

    def __init__(self, client: "redis.Redis", url: str) -> None:
        self._client, self._url = client, url

    def __call__(self) -> Snapshot:
        """Read one.

        Raises:
            BrokerError: the broker cannot be read; says where and why.
        """
        begun = time.monotonic()
        with broker_errors(self._url):
            picture = SNAPSHOT(self._client, _KEYS)
            info = self._info()
        return _snapshot(picture, info, time.monotonic() - begun)

    def _info(self) -> dict[str, Any]:
        """Return the answer to INFO; nothing where the broker does not allow the question."""
        try:
            return dict(self._client.info())
        except redis.ResponseError as error:
            logger.debug("the broker does not answer INFO: %s", error)
            return {}


_KEYS = (
    keys.LEDGER,
    keys.UNACKED,
    keys.UNACKED_INDEX,
    keys.WORKERS,
    keys.WORKERS_SEEN,
    keys.CRON,
    keys.CRON_DISPATCHED,
    keys.CRON_MISSED,
    keys.CRON_SUCCESSES,
    keys.BEAT,
    *[key for name in QUEUE_NAMES for key in (name, keys.scheduled(name), keys.dead(name))],
)


def _snapshot(picture: list[Any], info: dict[str, Any], probe_seconds: float) -> Snapshot:
    stamp, ledger, tags, renewal, workers, seen, *cron, beat, queues = picture
    now, counts = float(stamp), {k: int(v) for k, v in _pairs(ledger).items()}
    return Snapshot(
        as_of=now,
        probe_seconds=probe_seconds,
        queues=tuple(
            _queue(name, state, _leased(tags, name), counts, now)
            for name, state in zip(QUEUE_NAMES, queues, strict=True)
        ),
        workers=_workers(_pairs(workers), _pairs(seen)),
        cron=_cron(*map(_pairs, cron)),
        beat_last_tick=_moment(_pairs(beat).get("last_tick")),
        lease_oldest_age_seconds=max(0.0, now - float(renewal)) if renewal else 0.0,
        broker=broker_state(info),
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


def _leased(tags: Sequence[bytes], queue: str) -> int:
    ending = f":{queue}".encode()
    return sum(tag.endswith(ending) for tag in tags)


def _age(item: bytes, now: float) -> float:
    """Return how long a waiting job has been due; 0 where its message does not say."""
    due_at = stamps(headers_of(item)).get("due_at")
    return max(0.0, now - due_at) if isinstance(due_at, (int, float)) else 0.0


def _workers(reports: dict[str, bytes], seen: dict[str, bytes]) -> tuple[WorkerState, ...]:
    found = []
    for name in sorted(reports.keys() & seen.keys()):
        report = orjson.loads(reports[name])
        report["queues"] = tuple(report["queues"])
        found.append(WorkerState(name=name, last_seen=float(seen[name]), **report))
    return tuple(found)


def _cron(
    entries: dict[str, bytes],
    dispatched: dict[str, bytes],
    missed: dict[str, bytes],
    successes: dict[str, bytes],
) -> tuple[CronState, ...]:
    return tuple(
        CronState(
            task,
            last_dispatch=_moment(dispatched.get(task)),
            last_success=_moment(successes.get(task)),
            missed=int(missed.get(task, 0)),
            **orjson.loads(entries[task]),
        )
        for task in sorted(entries)
    )


def _moment(text: bytes | None) -> float | None:
    return float(text) if text is not None else None


def _pairs(flat: Any) -> dict[str, Any]:
    """Return a reply of alternating fields and values as a dict (a list of pairs in RESP3)."""
    if isinstance(flat, dict):
        return {key.decode(): value for key, value in flat.items()}
    if flat and isinstance(flat[0], (list, tuple)):
        return {key.decode(): value for key, value in flat}
    return {key.decode(): value for key, value in zip(flat[::2], flat[1::2], strict=True)}
