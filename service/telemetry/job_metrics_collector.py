"""Reads the files of jobs' own metrics for a scrape.

A file that cannot be read leaves its samples out; the scrape, and Headcount's own metrics
in it, always come through.
"""

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import structlog
from prometheus_client.metrics_core import Metric
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector
from prometheus_client.samples import Sample

PARENT = "parent"
SLOT_PREFIX = "slot"
RESERVED_PREFIX = "headcount_"
"""Two families of one name make a scrape unreadable, so these names stay Headcount's own."""


class JobMetricsCollector(Collector):
    """The jobs' metrics of all slots, merged; those named ``headcount_*`` are left out."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._reported: set[Path] = set()

    def collect(self) -> Iterator[Metric]:
        """Yield one family per metric that a job has recorded."""
        for metric in self._merged(self._files()):
            if not metric.name.startswith(RESERVED_PREFIX):
                metric.samples = [_with_slot(sample) for sample in metric.samples]
                yield metric

    def _files(self) -> list[Path]:
        """Return the files that hold something; one is empty for an instant when it is new."""
        patterns = (f"*_{PARENT}.db", f"*_{SLOT_PREFIX}[0-9]*.db")
        paths = sorted(path for pattern in patterns for path in self._path.glob(pattern))
        return [path for path in paths if _size(path)]

    def _merged(self, files: list[Path]) -> Iterable[Metric]:
        try:
            return _merge(files)
        except Exception:  # noqa: BLE001 - find the damaged file, keep the rest
            return _merge([path for path in files if self._is_readable(path)])

    def _is_readable(self, path: Path) -> bool:
        try:
            _merge([path])
        except Exception as error:  # noqa: BLE001 - whatever a damaged file makes of the parser
            self._report(path, error)
            return False
        return True

    def _report(self, path: Path, error: Exception) -> None:
        if path not in self._reported:
            self._reported.add(path)
            log = structlog.get_logger("headcount.metrics")
            log.warning("job_metrics_unreadable", file=str(path), exc_info=error)


def _merge(files: Iterable[Path]) -> Iterable[Metric]:
    merge: Callable[[list[str]], Iterable[Metric]] = MultiProcessCollector.merge
    return merge([str(path) for path in files])


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except FileNotFoundError:
        # A child that has just entered its slot removed its predecessor's live gauges.
        return 0


def _with_slot(sample: Sample) -> Sample:
    """Rename prometheus_client's label ``pid``, which holds a slot here, to what it is."""
    labels = dict(sample.labels)
    identifier = labels.pop("pid", None)
    if identifier is None:
        return sample
    return sample._replace(labels={**labels, "slot": identifier.removeprefix(SLOT_PREFIX)})
