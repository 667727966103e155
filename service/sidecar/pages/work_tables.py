"""Owns how workers and cron entries are shown."""

from collections.abc import Sequence

from service.broker.snapshot import CronState, Snapshot, WorkerState
from service.sidecar.checks import CRON_LATE_SECONDS
from service.sidecar.pages.markup import (
    Html,
    element,
    flower_link,
    join,
    name,
    state,
    titled,
    two_lines,
)
from service.sidecar.pages.moments import relative
from service.sidecar.pages.tables import Row, table
from service.sidecar.times import in_words
from service.sidecar.worker_states import TROUBLE_FIRST, StateName, state_of

MOST_ROWS = 100
"""Shown of either, so that the page of a thousand pods stays quick."""

WORKER_COLUMNS = ("Worker", "State", "Busy slots", "Last seen")
CRON_COLUMNS = ("Task", "Last run", "Next run", "Missed")

BAR_WIDTH, BAR_HEIGHT = 48, 6


def workers_section(snapshot: Snapshot) -> Html:
    """Show the workers, those in trouble first."""
    workers = [(state_of(snapshot, worker), worker) for worker in snapshot.workers]
    workers.sort(key=lambda pair: (TROUBLE_FIRST.index(pair[0]), pair[1].host, pair[1].name))
    rows = [_worker(snapshot, *pair) for pair in workers[:MOST_ROWS]]
    shown = table(WORKER_COLUMNS, rows, "No worker has reported within the last 15 minutes.")
    return titled("Workers", join([shown, *_rest(workers)]), "workers")


def cron_section(snapshot: Snapshot) -> Html:
    """Show the cron entries, the next to run first."""
    entries = sorted(snapshot.cron, key=lambda entry: (entry.next_due or 0.0, entry.task))
    rows = [_entry(entry, snapshot.as_of) for entry in entries[:MOST_ROWS]]
    shown = table(CRON_COLUMNS, rows, "No worker class has a cron_schedule.")
    return titled("Cron", join([shown, *_rest(entries)]), "cron")


def _rest(everything: Sequence[object]) -> list[Html]:
    rest = len(everything) - MOST_ROWS
    return [element("p", f"and {rest:,} more", "soft")] if rest > 0 else []


def _worker(snapshot: Snapshot, word: StateName, worker: WorkerState) -> Row:
    busy = join([_bar(worker.busy, worker.slots), f"{worker.busy:,} of {worker.slots:,}"])
    seen = relative(worker.last_seen, snapshot.as_of)
    in_flower = flower_link(name(worker.name), "worker", worker.name)
    return [two_lines(in_flower, _where(worker)), state(word), busy, seen]


def _where(worker: WorkerState) -> Html:
    queues = ", ".join(worker.queues) or "no queue"
    host = "" if worker.name.endswith(f"@{worker.host}") else f"{worker.host}: "
    return name(f"{host}{queues}")


def _bar(part: int, whole: int) -> Html:
    busy = BAR_WIDTH * min(part, whole) / max(whole, 1)
    bars = [
        element("rect", css_class=kind, width=f"{width:.1f}", height=BAR_HEIGHT, rx=3)
        for kind, width in (("all", BAR_WIDTH), ("busy", busy))
    ]
    box = f"0 0 {BAR_WIDTH} {BAR_HEIGHT}"
    return element("svg", join(bars), "bar", viewBox=box, aria_hidden="true")


def _entry(entry: CronState, now: float) -> Row:
    task = two_lines(name(entry.task), join([name(entry.schedule), "to", name(entry.queue)]))
    last = relative(entry.last_dispatch, now)
    if entry.last_dispatch is not None:
        last = two_lines(last, join(["success", relative(entry.last_success, now)]))
    return [task, last, _next(entry, now), entry.missed]


def _next(entry: CronState, now: float) -> Html:
    late_seconds = now - (entry.next_due or now)
    if late_seconds <= CRON_LATE_SECONDS:
        return relative(entry.next_due, now)
    return element("span", f"overdue by {in_words(late_seconds)}", "late")
