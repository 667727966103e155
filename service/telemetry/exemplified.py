"""Histograms whose buckets name a job: a batch's slowest, which is the one to look at."""

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from functools import partial

from service.telemetry.catalogue import Metric
from service.telemetry.events import Attempt
from service.telemetry.exemplars import Exemplar, exemplar_of
from service.telemetry.families import SeriesFamily
from service.telemetry.samples import Histogram, Series

NONE_YET = -1.0


class ExemplifiedHistogram(Histogram):
    """A histogram with an exemplar in each bucket that has been the slowest of a batch.

    Whoever observes compares with ``slowest`` first, so that all but a few of a batch cost no more.
    """

    __slots__ = ("_candidate", "exemplars", "slowest")

    def __init__(self, bounds: Sequence[float]) -> None:
        super().__init__(bounds)
        self.exemplars: dict[int, Exemplar] = {}
        """Number of the bucket -> its exemplar."""
        self._candidate: Exemplar | None = None
        self.slowest = NONE_YET

    def slowest_is(self, seconds: float, attempt: Attempt, at: float) -> None:
        """Say whose the slowest observation of this batch is; ``at``: ``time.monotonic()``."""
        self.slowest = seconds
        self._candidate = exemplar_of(attempt, seconds, at)

    def settle(self) -> None:
        """Sort what was observed since into the buckets, and let the slowest stand for its own."""
        super().settle()
        if self.slowest != NONE_YET:
            if self._candidate is not None:
                self._keep(self._candidate)
            self.slowest, self._candidate = NONE_YET, None

    def _keep(self, exemplar: Exemplar) -> None:
        bucket = bisect_left(self.bounds, exemplar.seconds)
        known = self.exemplars.get(bucket)
        # Waits are counted when their job ends, out of order; Prometheus refuses older ones.
        if known is None or known.at <= exemplar.at:
            self.exemplars[bucket] = exemplar


class ExemplifiedSeries(Series[ExemplifiedHistogram]):
    """One metric of such histograms."""

    def __init__(self, metric: Metric) -> None:
        super().__init__(metric, partial(ExemplifiedHistogram, metric.buckets))
        self._lines_each = len(metric.buckets) + 3  # and +Inf, the count and the sum

    def family(self) -> SeriesFamily:
        """Copy every child's values and exemplars."""
        return SeriesFamily(self._lines, self._values(), dict(self._exemplars()))

    def _exemplars(self) -> Iterator[tuple[int, Exemplar]]:
        for place, child in enumerate(self.children()):
            for bucket, exemplar in child.exemplars.items():
                yield place * self._lines_each + bucket, exemplar
