"""Every family of rows, by the name that ``make bench ROW=...`` takes."""

from collections.abc import Callable, Iterator, Mapping

from bench import (
    broker_bytes,
    broker_load,
    enqueueing,
    growth,
    http,
    instructions,
    memory,
    noop_jobs,
    promotion,
    scraping,
    snapshot,
)
from bench.results import Result

FAMILIES: Mapping[str, Callable[[], Iterator[Result]]] = {
    "bytes": broker_bytes.measure,
    "enqueue": enqueueing.measure,
    "growth": growth.measure,
    "http": http.measure,
    "instructions": instructions.measure,
    "load": broker_load.measure,
    "memory": memory.measure,
    "noop": noop_jobs.measure,
    "promotion": promotion.measure,
    "scrape": scraping.measure,
    "snapshot": snapshot.measure,
}
