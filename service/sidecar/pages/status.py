"""Owns the status page: what a person wants to know, the most urgent first.

It shows the same reading as ``/health``, ``/queues`` and ``/workers``, and of the dead set what
holds no arguments.
"""

from service.broker.snapshot import Snapshot
from service.sidecar.health import report_health
from service.sidecar.history import History
from service.sidecar.pages.dead_section import dead_section
from service.sidecar.pages.frame import Page
from service.sidecar.pages.ledger_section import ledger_section
from service.sidecar.pages.markup import Html, element, join
from service.sidecar.pages.queue_cards import queue_cards
from service.sidecar.pages.totals import totals
from service.sidecar.pages.verdict import tab_title, verdict
from service.sidecar.pages.work_tables import cron_section, workers_section
from service.sidecar.reading import Reading
from service.sidecar.snapshot_cache import SnapshotCache

COLUMNS = ((workers_section, dead_section), (cron_section, ledger_section))
"""Side by side where there is room."""


class StatusPages:
    """Makes the page once per edition of the reading, however many look at it."""

    def __init__(self, snapshots: SnapshotCache) -> None:
        self._snapshots = snapshots
        self._edition: tuple[int, int] | None = None
        self._page = Page("", Html())

    def latest(self) -> Page:
        """Return the page as things are now. Call it from the event loop only."""
        reading = self._snapshots.latest()
        if reading.edition != self._edition:
            self._page, self._edition = status_page(reading), reading.edition
        return self._page


def status_page(reading: Reading) -> Page:
    """Return the page for a reading; without a fresh snapshot there are no figures on it."""
    report, snapshot = report_health(reading), reading.current
    parts = [verdict(report, reading)]
    if snapshot is not None:
        parts += _figures(snapshot, reading.history)
    return Page(tab_title(report), join(parts), report.status, live=True)


def _figures(snapshot: Snapshot, history: History) -> list[Html]:
    columns = (element("div", join(show(snapshot) for show in column)) for column in COLUMNS)
    below = element("div", join(columns), "columns")
    return [totals(snapshot, history), queue_cards(snapshot, history), below]
