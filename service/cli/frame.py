"""One frame of ``headcount top`` and ``headcount queues --watch``: what goes where."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import NamedTuple

from rich.console import Group, RenderableType
from rich.text import Text

from service.cli import palette
from service.cli.broker_watch import Look, Seen
from service.cli.cells import cropped, one_line
from service.cli.live_tables import queue_table, running_table, worker_table
from service.sidecar.health import report_health
from service.sidecar.worker_states import live_workers

OTHER_LINES = 13
"""Of a whole frame: all that are no rows of workers or running jobs."""

STATUS_STYLES = {"ok": palette.OK, "degraded": palette.NOTICE, "down": palette.BAD}
UNREADABLE = "No figures are shown: old ones would mislead. It is read again every second."


class Room(NamedTuple):
    """What there is room for, and what to say of the keyboard."""

    columns: int
    lines: int
    hint: str = ""


Frame = Callable[[Look, Room], RenderableType]
"""Shows a look at the broker within some room."""


def queues_frame(look: Look, room: Room) -> RenderableType:
    """Show the queues."""
    if look.seen is None:
        return Group(_title(look, room), "", *_unreadable(look))
    return Group(_title(look, room), _health(look), "", queue_table(look.seen, room.columns))


def top_frame(look: Look, room: Room) -> RenderableType:
    """Show queues, workers and running jobs; of the latter two as many as there is room for."""
    above = queues_frame(look, room)
    if look.seen is None:
        return above
    rows = max(2, room.lines - OTHER_LINES)
    workers = min(len(look.seen.snapshot.workers), max(1, rows // 3))
    running = rows - max(1, workers)
    return Group(
        *(above, "", *_workers(look.seen, room.columns, workers)),
        *("", *_running(look.seen, room.columns, running)),
    )


def _title(look: Look, room: Room) -> Text:
    when = f"{_clock(look.seen.snapshot.as_of)} UTC  " if look.seen else ""
    right = f"{when}{room.hint}".rstrip()
    title = Text.assemble(("Headcount", "bold"), "  ", no_wrap=True)
    title.append(cropped(one_line(look.broker), room.columns - title.cell_len - len(right) - 2))
    return title.append(f"  {right}", palette.FAINT)


def _unreadable(look: Look) -> list[Text]:
    since = _clock(look.unreadable_since or 0)
    why = f"The broker cannot be read since {since} UTC: {one_line(look.reading.reason)}"
    return [Text(why, palette.BAD), Text(UNREADABLE)]


def _health(look: Look) -> Text:
    report = report_health(look.reading)
    checks = report.checks.items()
    wrong = [f"{name} {one.status}: {one.detail}" for name, one in checks if one.status != "ok"]
    said = "; ".join(wrong) or f"All is well; the broker {report.checks['broker'].detail}"
    return Text(one_line(said), STATUS_STYLES[report.status], no_wrap=True, overflow="ellipsis")


def _workers(seen: Seen, columns: int, rows: int) -> list[RenderableType]:
    live, known = live_workers(seen.snapshot), seen.snapshot.workers
    busy, slots = sum(worker.busy for worker in live), sum(worker.slots for worker in live)
    title = f"{len(live)} live, {busy} of {slots} slots busy{_more(len(known) - rows)}"
    tables = [worker_table(seen.snapshot, columns, rows)] if known else []
    return [Text.assemble(("Workers", "bold"), f"  {title}", no_wrap=True), *tables]


def _running(seen: Seen, columns: int, rows: int) -> list[RenderableType]:
    jobs, leased = seen.running.jobs[:rows], seen.running.leased
    title = f"{leased} jobs, the longest first{_more(leased - len(jobs))}" if jobs else "no job"
    tables = [running_table(seen, columns, rows)] if jobs else []
    return [Text.assemble(("Running", "bold"), f"  {title}", no_wrap=True), *tables]


def _more(left_out: int) -> str:
    return f"; {left_out} more are not shown" if left_out > 0 else ""


def _clock(unix_seconds: float) -> str:
    return datetime.fromtimestamp(unix_seconds, UTC).strftime("%H:%M:%S")
