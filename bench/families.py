"""Every family of rows, by the name that ``make bench ROW=...`` takes."""

from collections.abc import Callable, Iterator, Mapping

from bench import (
    broker_bytes,
    broker_load,
    enqueueing,
    growth,
    http,
    idle,
    imports,
    instructions,
    latency,
    memory,
    noop_jobs,
    promotion,
    real_work,
    round_trips,
    scraping,
    snapshot,
)
from bench.peers import rows as peers
from bench.results import Result

FAMILIES: Mapping[str, Callable[[], Iterator[Result]]] = {
    "bytes": broker_bytes.measure,
    "enqueue": enqueueing.measure,
    "growth": growth.measure,
    "http": http.measure,
    "idle": idle.measure,
    "imports": imports.measure,
    "instructions": instructions.measure,
    "latency": latency.measure,
    "load": broker_load.measure,
    "memory": memory.measure,
    "noop": noop_jobs.measure,
    "peers": peers.measure,
    "promotion": promotion.measure,
    "scrape": scraping.measure,
    "snapshot": snapshot.measure,
    "trips": round_trips.measure,
    "work": real_work.measure,
}
