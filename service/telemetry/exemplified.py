"""Histograms whose buckets name a job: a batch's slowest, which is the one to look at."""

from bisect import bisect_left
from collections.abc import Callable, Iterator, Sequence
from functools import partial

from service.telemetry.catalogue import Metric
from service.telemetry.events import Attempt
from service.telemetry.exemplars import Exemplar, exemplar_of
from service.telemetry.families import SeriesFamily
from service.telemetry.samples import Histogram, Series

NONE_YET = -1.0

Moment = Callable[[Attempt], float]


class ExemplifiedHistogram(Histogram):
    """A histogram with an exemplar in each bucket that has been the slowest of a batch.

    Whoever observes compares with ``slowest``, and sets it and ``slowest_of`` where it is exceeded.
    A backlog that is worked off exceeds it with every job, so that must cost next to nothing.
    ``observed_at``: the moment of the observation, by ``time.monotonic()``.
    """

    __slots__ = ("_observed_at", "exemplars", "slowest", "slowest_of")

    def __init__(self, bounds: Sequence[float], observed_at: Moment) -> None:
        super().__init__(bounds)
        self._observed_at = observed_at
        self.exemplars: dict[int, Exemplar] = {}
        """Number of the bucket -> its exemplar."""
        self.slowest = NONE_YET
        self.slowest_of: Attempt | None = None

    def settle(self) -> None:
        """Sort what was observed since into the buckets, and let the slowest stand for its own."""
        super().settle()
        if self.slowest_of is not None:
            at = self._observed_at(self.slowest_of)
            exemplar = exemplar_of(self.slowest_of, self.slowest, at)
            if exemplar is not None:
                self._keep(exemplar)
            self.slowest, self.slowest_of = NONE_YET, None

    def _keep(self, exemplar: Exemplar) -> None:
        bucket = bisect_left(self.bounds, exemplar.seconds)
        known = self.exemplars.get(bucket)
        # Waits are counted when their job ends, out of order; Prometheus refuses older ones.
        if known is None or known.at <= exemplar.at:
            self.exemplars[bucket] = exemplar


class ExemplifiedSeries(Series[ExemplifiedHistogram]):
    """One metric of such histograms."""

    def __init__(self, metric: Metric, observed_at: Moment) -> None:
        super().__init__(metric, partial(ExemplifiedHistogram, metric.buckets, observed_at))
        self._lines_each = len(metric.buckets) + 3  # and +Inf, the count and the sum

    def family(self) -> SeriesFamily:
        """Copy every child's values and exemplars."""
        return SeriesFamily(self._lines, self._values(), dict(self._exemplars()))

    def _exemplars(self) -> Iterator[tuple[int, Exemplar]]:
        for place, child in enumerate(self.children()):
            for bucket, exemplar in child.exemplars.items():
                yield place * self._lines_each + bucket, exemplar
