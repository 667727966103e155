"""Plain storage for metrics: numbers, summaries, histograms, and one metric's series of them.

No locks (whoever owns a series guards it) and no prometheus_client values, so that nothing a
job's own metrics switch on reaches Headcount's accounting.
"""

from bisect import bisect_left
from collections.abc import Callable, Sequence
from itertools import accumulate
from typing import Generic, Protocol, TypeVar

from prometheus_client.metrics_core import Metric as Family
from prometheus_client.samples import Sample
from prometheus_client.utils import INF, floatToGoString

from service.telemetry.catalogue import Metric

Point = tuple[str, dict[str, str]]
"""A sample's name and labels: all of it but the value."""


class Child(Protocol):
    """What one combination of labels holds."""

    def values(self) -> Sequence[float]:
        """Return the values in the order of :func:`_points`."""


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
        self.count = 0
        self.total = 0.0

    def observe(self, value: float) -> None:
        """Count one value."""
        self.count += 1
        self.total += value

    def values(self) -> Sequence[float]:
        """Return the count and the sum."""
        return (self.count, self.total)


class Histogram:
    """Observations by bucket; each is counted once, in the lowest bucket that holds it."""

    __slots__ = ("bounds", "counts", "total")

    def __init__(self, bounds: Sequence[float]) -> None:
        self.bounds = bounds
        self.counts = [0] * (len(bounds) + 1)
        self.total = 0.0

    def observe(self, value: float) -> None:
        """Count one value; a bucket holds values up to and including its bound.

        Less than 0 counts as 0: times between machines come out so when clocks differ.
        """
        value = max(value, 0.0)
        self.counts[bisect_left(self.bounds, value)] += 1
        self.total += value

    def values(self) -> Sequence[float]:
        """Return the cumulative buckets with +Inf last, the count and the sum."""
        buckets = list(accumulate(self.counts))
        return (*buckets, buckets[-1], self.total)


ChildT = TypeVar("ChildT", bound=Child)


class Series(Generic[ChildT]):
    """One metric: its children by their label values."""

    def __init__(self, metric: Metric, make: Callable[[], ChildT]) -> None:
        self.metric = metric
        self._make = make
        self._children: dict[tuple[str, ...], ChildT] = {}
        self._points: list[tuple[ChildT, list[Point]]] = []

    def child(self, *labels: str) -> ChildT:
        """Return the child with these label values; made, with zeros, when it is new."""
        child = self._children.get(labels)
        if child is None:
            child = self._children[labels] = self._make()
            self._points.append((child, _points(self.metric, labels)))
        return child

    def snapshot(self) -> list[tuple[list[Point], Sequence[float]]]:
        """Copy every child's values, so that the rest of a scrape needs no lock."""
        return [(points, child.values()) for child, points in self._points]


def family(metric: Metric) -> Family:
    """Return prometheus_client's family for a metric, without samples."""
    return Family(metric.name.removesuffix("_total"), metric.help, metric.kind)


def filled(metric: Metric, snapshot: list[tuple[list[Point], Sequence[float]]]) -> Family:
    """Return a metric's family with the samples of a snapshot."""
    result = family(metric)
    result.samples = [
        Sample(name, labels, value)
        for points, values in snapshot
        for (name, labels), value in zip(points, values, strict=True)
    ]
    return result


def _points(metric: Metric, values: tuple[str, ...]) -> list[Point]:
    labels = dict(zip(metric.labels, values, strict=True))
    name = metric.name
    if metric.kind == "histogram":
        bounds = map(floatToGoString, (*metric.buckets, INF))
        buckets = [(f"{name}_bucket", {**labels, "le": bound}) for bound in bounds]
        return [*buckets, (f"{name}_count", labels), (f"{name}_sum", labels)]
    if metric.kind == "summary":
        return [(f"{name}_count", labels), (f"{name}_sum", labels)]
    return [(name, labels)]
