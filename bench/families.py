"""Every family of rows, by the name that ``make bench ROW=...`` takes."""

from collections.abc import Callable, Iterator, Mapping

from bench import http, noop_jobs, scraping, snapshot
from bench.results import Result

FAMILIES: Mapping[str, Callable[[], Iterator[Result]]] = {
    "http": http.measure,
    "noop": noop_jobs.measure,
    "scrape": scraping.measure,
    "snapshot": snapshot.measure,
}
