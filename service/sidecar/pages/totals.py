"""Owns the figures of all queues together: what can be read from across a room."""

from service.broker.snapshot import Snapshot
from service.sidecar.history import History, per_second
from service.sidecar.pages.markup import Html, element, join
from service.sidecar.pages.moments import rate
from service.sidecar.worker_states import live_workers


def totals(snapshot: Snapshot, history: History) -> Html:
    """Show how much waits, runs, ends and has failed for good."""
    queues = snapshot.queues
    ready, scheduled, running, dead = (
        f"{sum(getattr(queue, state) for queue in queues):,}"
        for state in ("ready", "scheduled", "leased", "dead")
    )
    slots = sum(worker.slots for worker in live_workers(snapshot))
    figures = [
        _figure("Ready", ready, f"{scheduled} scheduled"),
        _figure("Running", running, f"of {slots:,} slots"),
        _figure("Ended", _ended(history), "over the last minute"),
        _figure("Dead", dead, "to retry or drop"),
    ]
    return element("dl", join(figures), "card totals", aria_label="All queues")


def _figure(label: str, value: str, about: str) -> Html:
    parts = [element("dt", label), element("dd", value), element("dd", about, "soft")]
    return element("div", join(parts))


def _ended(history: History) -> str:
    return rate(per_second(history, lambda ledger: ledger.ended))
