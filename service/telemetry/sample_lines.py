"""One metric's samples as lines of text: all but the values is made once and kept.

Plain text and OpenMetrics write Headcount's samples alike; they differ in the families' heads,
and in that OpenMetrics has exemplars.
"""

from collections.abc import Iterator, Mapping, Sequence

import orjson
from prometheus_client.utils import INF, floatToGoString

from service.telemetry.catalogue import Metric
from service.telemetry.escaping import escaped
from service.telemetry.exemplars import Exemplar

Point = tuple[str, dict[str, str]]
"""A sample's name and labels: all of it but the value."""


class SampleLines:
    """The lines of one metric's series, in the order in which those were added.

    Any thread may write; whoever adds takes its values under the same lock.
    """

    def __init__(self, metric: Metric) -> None:
        self.metric = metric
        self._labels: list[tuple[str, ...]] = []
        self._prefixes: list[bytes] = []

    def add(self, labels: tuple[str, ...]) -> None:
        """Add the series with these label values."""
        self._labels.append(labels)
        self._prefixes += map(_prefix, _points(self.metric, labels))

    def points(self) -> Iterator[Point]:
        """Yield every sample's name and labels."""
        for labels in self._labels:
            yield from _points(self.metric, labels)

    def pieces(self, values: Sequence[float], exemplars: Mapping[int, Exemplar]) -> list[bytes]:
        """Return the lines' prefixes and values by turns, each line's feed before it.

        ``values``: of the series that were there first, one for each line. ``exemplars``: by
        number of the line. In pieces, so that the text of a whole scrape is copied once: a third
        of its time.
        """
        pieces = [b""] * (2 * len(values))
        pieces[::2] = self._prefixes[: len(values)]
        pieces[1::2] = _numbers(values)
        for line, exemplar in exemplars.items():
            pieces[2 * line + 1] += exemplar.text()
        return pieces


def _numbers(values: Sequence[float]) -> list[bytes]:
    """Return each value as text, in a quarter of the time that ``repr`` takes.

    Less than a ten-thousandth or a million and more read differently from what prometheus_client
    writes (``1000000.0``, not ``1e+06``), and mean the same.
    """
    text = orjson.dumps(values)[1:-1]
    if not text or b"null" in text:  # none at all; or infinite, or not a number
        return [floatToGoString(value).encode() for value in values]  # type: ignore[no-untyped-call]
    return text.split(b",")


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


def _prefix(point: Point) -> bytes:
    name, labels = point
    shown = ",".join(f'{label}="{escaped(value)}"' for label, value in sorted(labels.items()))
    return (f"\n{name}{{{shown}}} " if shown else f"\n{name} ").encode()
