"""A stand-in for the read of the broker, and a clock that moves when told."""

from service.broker.snapshot import Snapshot
from tests.unit.sidecar.snapshots import a_snapshot


class FakeBroker:
    """Counts its reads; shows ``snapshot`` or raises ``failure``."""

    def __init__(self) -> None:
        self.snapshot: Snapshot = a_snapshot()
        self.failure: Exception | None = None
        self.reads = 0

    def read(self) -> Snapshot:
        self.reads += 1
        if self.failure is not None:
            raise self.failure
        return self.snapshot


class FakeClock:
    """Monotonic seconds that stand still until ``advance``."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now

    def advance(self, seconds: float) -> None:
        self.now += seconds
