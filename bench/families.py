"""Every family of rows, by the name that ``make bench ROW=...`` takes."""

from collections.abc import Callable, Iterator, Mapping

from bench import idle, imports, instructions, latency, noop_jobs, real_work, round_trips
from bench.peers import rows as peers
from bench.results import Result

FAMILIES: Mapping[str, Callable[[], Iterator[Result]]] = {
    "noop": noop_jobs.measure,
    "instructions": instructions.measure,
    "work": real_work.measure,
    "trips": round_trips.measure,
    "latency": latency.measure,
    "idle": idle.measure,
    "imports": imports.measure,
    "peers": peers.measure,
}
