"""Plain storage for metrics: numbers, summaries, histograms, and one metric's series of them.

No locks (whoever owns a series guards it) and no prometheus_client values, so that nothing a
job's own metrics switch on reaches Headcount's accounting.
"""

from bisect import bisect_right
from collections.abc import Callable, Iterable, Sequence
from itertools import chain
from typing import Generic, Protocol, TypeVar

from service.telemetry.catalogue import Metric
from service.telemetry.families import SeriesFamily
from service.telemetry.sample_lines import SampleLines


class Child(Protocol):
    """What one combination of labels holds."""

    def values(self) -> Sequence[float]:
        """Return the values in the order of its lines."""


class Number:
    """One counter or gauge."""

    __slots__ = ("value",)

    def __init__(self, value: float = 0.0) -> None:
        self.value = value

    def values(self) -> Sequence[float]:
        """Return the value alone."""
        return (self.value,)


class Summary:
    """How many observations there were, and their sum."""

    __slots__ = ("count", "total")

    def __init__(self) -> None:
        self.count = 0.0
        self.total = 0.0

    def observe(self, value: float) -> None:
        """Count one value."""
        self.count += 1
        self.total += value

    def values(self) -> Sequence[float]:
        """Return the count and the sum."""
        return (self.count, self.total)


class Histogram:
    """Observations by bucket. ``observe`` takes one, 0 or more; a bucket holds its bound.

    To observe is to append to a list, which is sorted when it is time to settle: a quarter of
    what it costs to find each observation's bucket when it comes.
    """

    __slots__ = ("_buckets", "_new", "_total", "bounds", "observe")

    def __init__(self, bounds: Sequence[float]) -> None:
        self.bounds = bounds
        self._buckets = [0.0] * (len(bounds) + 1)
        self._total = 0.0
        self._new: list[float] = []
        self.observe: Callable[[float], None] = self._new.append

    def settle(self) -> None:
        """Sort what was observed since into the buckets."""
        new = self._new
        if new:
            new.sort()
            for place, bound in enumerate(self.bounds):
                self._buckets[place] += bisect_right(new, bound)
            self._buckets[-1] += len(new)
            self._total += sum(new)
            new.clear()

    def values(self) -> Sequence[float]:
        """Return the cumulative buckets with +Inf last, the count and the sum."""
        self.settle()
        return (*self._buckets, self._buckets[-1], self._total)


ChildT = TypeVar("ChildT", bound=Child)


class Series(Generic[ChildT]):
    """One metric: its children by their label values."""

    def __init__(self, metric: Metric, make: Callable[[], ChildT]) -> None:
        self.metric = metric
        self._make = make
        self._children: dict[tuple[str, ...], ChildT] = {}
        self._lines = SampleLines(metric)

    def child(self, *labels: str) -> ChildT:
        """Return the child with these label values; made, with zeros, when it is new."""
        child = self._children.get(labels)
        if child is None:
            child = self._children[labels] = self._make()
            self._lines.add(labels)
        return child

    def children(self) -> Iterable[ChildT]:
        """Return every child."""
        return self._children.values()

    def family(self) -> SeriesFamily:
        """Copy every child's values, so that the rest of a scrape needs no lock."""
        return SeriesFamily(self._lines, self._values())

    def _values(self) -> list[float]:
        return list(chain.from_iterable([child.values() for child in self._children.values()]))


class Numbers(Series[Number]):
    """A counter or gauge; most series are these."""

    def __init__(self, metric: Metric) -> None:
        super().__init__(metric, Number)

    def _values(self) -> list[float]:
        # Without a call and a tuple for each, events wait a sixth as long for a scrape.
        return [child.value for child in self._children.values()]
