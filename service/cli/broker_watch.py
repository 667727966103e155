"""The broker, looked at once a second, for commands that keep showing it."""

import time
from dataclasses import dataclass
from types import TracebackType
from typing import Self

from service.broker.connection import broker_errors, connect, without_passwords
from service.broker.running import RunningJobs, read_running
from service.broker.snapshot import Snapshot
from service.broker.snapshot_reader import SNAPSHOT_TIMEOUT_SECONDS, SnapshotReader
from service.cli.flows import Flow, FlowMeter
from service.settings import Settings
from service.sidecar.reading import Reading, Reads
from service.sidecar.snapshot_cache import READ_EVERY_SECONDS, SnapshotCache


@dataclass(frozen=True, slots=True)
class Seen:
    """What one look at the broker showed. ``flows``: by queue; empty at the first look."""

    snapshot: Snapshot
    running: RunningJobs
    flows: dict[str, Flow]


@dataclass(frozen=True, slots=True)
class Look:
    """What is known of the broker now. ``seen``: None while it cannot be read.

    ``reading`` says why, and for how long; ``unreadable_since``: Unix seconds by this clock.
    """

    broker: str
    reading: Reading
    seen: Seen | None
    unreadable_since: float | None


class BrokerWatch:
    """Looks once a second, in a thread of its own, for the length of a ``with`` block."""

    def __init__(self, settings: Settings) -> None:
        self._url = settings.require_broker()
        self._client = connect(settings, SNAPSHOT_TIMEOUT_SECONDS)
        self._read_snapshot = SnapshotReader(self._client, self._url)
        self._meter = FlowMeter()
        self._cache = SnapshotCache(self._read)
        self._seen: Seen | None = None
        self._unreadable_since: float | None = None

    def __enter__(self) -> Self:
        self._cache.start()
        self._cache.wait_for_first_read(SNAPSHOT_TIMEOUT_SECONDS)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._cache.stop()

    def latest(self) -> Look:
        """Return what is known now. Never waits."""
        reading = self._cache.latest()
        if reading.fresh:
            self._unreadable_since = None
        elif self._unreadable_since is None:
            self._unreadable_since = time.time()
        seen = self._seen if reading.fresh else None
        return Look(without_passwords(self._url), reading, seen, self._unreadable_since)

    def look_for_a_second(self) -> Look:
        """Look twice, which takes a second, for the rates; outside of the block.

        Raises:
            BrokerError: the broker cannot be read; says where and why.
        """
        self._read()
        time.sleep(READ_EVERY_SECONDS)
        snapshot, now = self._read(), time.monotonic()
        reading = Reads(number=0, started_at=now).succeeded(snapshot, now).at(now)
        return Look(without_passwords(self._url), reading, self._seen, None)

    def _read(self) -> Snapshot:
        snapshot = self._read_snapshot()
        with broker_errors(self._url):
            running = read_running(self._client)
        self._seen = Seen(snapshot, running, self._meter.add(snapshot))
        return snapshot
