"""Every family of rows, by the name that ``make bench ROW=...`` takes."""

from collections.abc import Callable, Iterator, Mapping

from bench import enqueueing, memory, noop_jobs, promotion
from bench.results import Result

FAMILIES: Mapping[str, Callable[[], Iterator[Result]]] = {
    "noop": noop_jobs.measure,
    "enqueue": enqueueing.measure,
    "promotion": promotion.measure,
    "memory": memory.measure,
}
