"""Families as prometheus_client knows them, that can also write their samples as text at once."""

from collections.abc import Mapping, Sequence
from itertools import islice
from types import MappingProxyType

from prometheus_client.metrics_core import Metric as Family
from prometheus_client.samples import Exemplar as TheirExemplar
from prometheus_client.samples import Sample

from service.telemetry.catalogue import Metric
from service.telemetry.exemplars import Exemplar
from service.telemetry.sample_lines import SampleLines

NO_EXEMPLARS: Mapping[int, Exemplar] = MappingProxyType({})


class SeriesFamily(Family):
    """One metric's family with the values of one moment.

    ``samples`` are made for whoever asks, as a scrape of some names does; ``pieces`` needs none.
    ``exemplars`` are by number of the sample.
    """

    def __init__(
        self,
        lines: SampleLines,
        values: Sequence[float],
        exemplars: Mapping[int, Exemplar] = NO_EXEMPLARS,
    ) -> None:
        self._lines, self._values, self._exemplars = lines, values, exemplars
        super().__init__(*_head(lines.metric))

    @property
    def metric(self) -> Metric:
        """Return the metric of the catalogue."""
        return self._lines.metric

    @property
    def samples(self) -> list[Sample]:
        """Return prometheus_client's samples."""
        points = islice(self._lines.points(), len(self._values))  # a series may be new since
        return [
            Sample(*point, value, None, self._theirs(number))
            for number, (point, value) in enumerate(zip(points, self._values, strict=True))
        ]

    @samples.setter
    def samples(self, none: list[Sample]) -> None:
        """Ignore the empty list that a family begins with."""

    def pieces(self, with_exemplars: bool) -> list[bytes]:
        """Return the text of all samples, in pieces, each line's feed before it."""
        return self._lines.pieces(self._values, self._exemplars if with_exemplars else NO_EXEMPLARS)

    def _theirs(self, number: int) -> TheirExemplar | None:
        exemplar = self._exemplars.get(number)
        if exemplar is None:
            return None
        return TheirExemplar({exemplar.label: exemplar.id}, exemplar.seconds, exemplar.at)


def empty_family(metric: Metric) -> Family:
    """Return prometheus_client's family for a metric, without samples."""
    return Family(*_head(metric))


def _head(metric: Metric) -> tuple[str, str, str]:
    return metric.name.removesuffix("_total"), metric.help, metric.kind
