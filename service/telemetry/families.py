"""Families as prometheus_client knows them, that can also write their samples as text at once."""

from collections.abc import Sequence
from itertools import islice

from prometheus_client.metrics_core import Metric as Family
from prometheus_client.samples import Sample

from service.telemetry.catalogue import Metric
from service.telemetry.sample_lines import SampleLines


class SeriesFamily(Family):
    """One metric's family with the values of one moment.

    ``samples`` are made for whoever asks, as a scrape of some names does; ``pieces`` needs none.
    """

    def __init__(self, lines: SampleLines, values: Sequence[float]) -> None:
        self._lines, self._values = lines, values
        super().__init__(*_head(lines.metric))

    @property
    def metric(self) -> Metric:
        """Return the metric of the catalogue."""
        return self._lines.metric

    @property
    def samples(self) -> list[Sample]:
        """Return prometheus_client's samples."""
        points = islice(self._lines.points(), len(self._values))  # a series may be new since
        return [Sample(*point, value) for point, value in zip(points, self._values, strict=True)]

    @samples.setter
    def samples(self, none: list[Sample]) -> None:
        """Ignore the empty list that a family begins with."""

    def pieces(self) -> list[bytes]:
        """Return the text of all samples, in pieces, each line's feed before it."""
        return self._lines.pieces(self._values)


def empty_family(metric: Metric) -> Family:
    """Return prometheus_client's family for a metric, without samples."""
    return Family(*_head(metric))


def _head(metric: Metric) -> tuple[str, str, str]:
    return metric.name.removesuffix("_total"), metric.help, metric.kind
