"""Owns what the reads of the broker so far tell at a given moment: fresh, failed or stale."""

from dataclasses import dataclass, replace

from service.broker.snapshot import Snapshot
from service.sidecar.history import History, remembered
from service.sidecar.times import in_words

STALE_AFTER_SECONDS = 3.0
"""A snapshot this old counts as none: the broker, or the reading thread, hangs."""


@dataclass(frozen=True, slots=True)
class Reading:
    """What is known of the broker at the moment of asking.

    ``fresh``: the last read succeeded and is recent enough; ``reason`` says why not, else "".
    ``readable_seconds``: how long reads have been succeeding without a gap, 0 unless fresh.
    ``snapshot``: the last good one, even when not fresh; None before the first.
    ``edition``: readings of the same edition say the same, so their answers can be shared.
    ``history``: the last minute up to ``snapshot``.
    """

    snapshot: Snapshot | None
    fresh: bool
    reason: str
    readable_seconds: float
    edition: tuple[int, int]
    history: History = ()

    @property
    def current(self) -> Snapshot | None:
        """Return the snapshot if it is fresh."""
        return self.snapshot if self.fresh else None


@dataclass(frozen=True, slots=True)
class Reads:
    """The reads so far; times by the cache's monotonic clock, in seconds.

    Replaced, never changed, so that any thread may look at it at any time.
    """

    number: int
    started_at: float
    snapshot: Snapshot | None = None
    read_at: float | None = None
    readable_since: float = 0.0
    failure: str = ""
    failing_since: float = 0.0
    history: History = ()

    def at(self, now: float) -> Reading:
        """Return what these reads tell at ``now``."""
        reason, since = self.trouble(now)
        return Reading(
            snapshot=self.snapshot,
            fresh=not reason,
            reason=f"{reason} (for {in_words(now - since)})" if reason else "",
            readable_seconds=0.0 if reason else now - self.readable_since,
            # An outage's reason names its length, so it is a new edition every second.
            edition=(self.number, int(now - since) + 1 if reason else 0),
            history=self.history,
        )

    def succeeded(self, snapshot: Snapshot, now: float) -> "Reads":
        """Add a read that succeeded at ``now``."""
        gap = bool(self.trouble(now)[0])
        return replace(
            self,
            number=self.number + 1,
            snapshot=snapshot,
            read_at=now,
            readable_since=now if gap else self.readable_since,
            failure="",
            history=remembered(self.history, snapshot),
        )

    def failed(self, reason: str, now: float) -> "Reads":
        """Add a read that failed at ``now``."""
        since = self.failing_since if self.failure else now
        return replace(self, number=self.number + 1, failure=reason, failing_since=since)

    def trouble(self, now: float) -> tuple[str, float]:
        """Return why there is no fresh snapshot at ``now`` ("" if there is), and since when."""
        if self.failure:
            return self.failure, self.failing_since
        if self.read_at is None:
            return "the broker has not been read yet", self.started_at
        if now - self.read_at >= STALE_AFTER_SECONDS:
            return "the broker does not answer: no read has returned", self.read_at
        return "", now
