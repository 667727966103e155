"""Every family of rows, by the name that ``make bench ROW=...`` takes."""

from collections.abc import Callable, Iterator, Mapping

from bench import growth, http, noop_jobs, scraping, snapshot
from bench.results import Result

FAMILIES: Mapping[str, Callable[[], Iterator[Result]]] = {
    "growth": growth.measure,
    "http": http.measure,
    "noop": noop_jobs.measure,
    "scrape": scraping.measure,
    "snapshot": snapshot.measure,
}
