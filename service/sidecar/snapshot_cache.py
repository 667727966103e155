"""Owns the latest snapshot: one thread reads it once a second, however many ask.

Knows nothing of Redis (the read is a callable) or HTTP. A failed read is remembered beside the
last good snapshot; a read that never returns shows by the snapshot's age.
"""

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import replace

from service.broker.snapshot import Snapshot
from service.errors import BrokerError
from service.sidecar.reading import Reading, Reads
from service.sidecar.times import in_words

READ_EVERY_SECONDS = 1.0
LONGEST_REASON = 300


class SnapshotCache:
    """Keeps the latest snapshot fresh in the background, from :meth:`start` to :meth:`stop`.

    ``read`` may raise anything: that is a failed read, shown and tried again. It should give up
    by itself after about a second. ``clock``: monotonic seconds.
    """

    def __init__(
        self,
        read: Callable[[], Snapshot],
        every_seconds: float = READ_EVERY_SECONDS,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._read = read
        self._every_seconds = every_seconds
        self._clock = clock
        self._reads = Reads(number=0, started_at=clock())
        self._stopping = threading.Event()
        self._first_read = threading.Event()
        self._log = logging.getLogger(__name__)

    def start(self) -> None:
        """Begin to read in a background thread."""
        self._stopping = threading.Event()
        self._reads = replace(self._reads, started_at=self._clock())
        threading.Thread(
            target=self._keep_reading, args=(self._stopping,), name="snapshot-cache", daemon=True
        ).start()

    def stop(self) -> None:
        """Stop reading. A read under way is left to end by itself."""
        self._stopping.set()

    def wait_for_first_read(self, timeout_seconds: float) -> bool:
        """Return whether a read has ended, well or badly, within ``timeout_seconds``."""
        return self._first_read.wait(timeout_seconds)

    def refresh(self) -> None:
        """Read once, now, and keep what came of it. Raises nothing."""
        try:
            snapshot = self._read()
        except Exception as error:  # noqa: BLE001 - any failure means: the broker is unreadable
            self._note_failure(_reason(error))
        else:
            self._note_success(snapshot)
        self._first_read.set()

    def latest(self) -> Reading:
        """Return what is known now. Never waits and never reads."""
        return self._reads.at(self._clock())

    def _keep_reading(self, stopping: threading.Event) -> None:
        while not stopping.is_set():
            began = self._clock()
            self.refresh()
            stopping.wait(max(0.0, began + self._every_seconds - self._clock()))

    def _note_success(self, snapshot: Snapshot) -> None:
        before, now = self._reads, self._clock()
        if before.failure:
            self._log.info("broker_readable_again after %s", in_words(now - before.failing_since))
        self._reads = before.succeeded(snapshot, now)

    def _note_failure(self, reason: str) -> None:
        if not self._reads.failure:
            self._log.warning("broker_unreadable: %s", reason)
        self._reads = self._reads.failed(reason, self._clock())


def _reason(error: Exception) -> str:
    """Return one line that says why a read failed."""
    text = " ".join(str(error).split())[:LONGEST_REASON]
    if isinstance(error, BrokerError) and text:
        return text
    return f"the snapshot cannot be read: {type(error).__name__}: {text}".rstrip(": ")
