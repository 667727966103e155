"""Owns how dead jobs are shown: what failed, where and when; never what it was given."""

from service.broker.snapshot import DeadEntry, Snapshot
from service.sidecar.pages.markup import (
    Html,
    element,
    flower_link,
    join,
    name,
    pairs,
    titled,
    two_lines,
)
from service.sidecar.pages.moments import relative
from service.sidecar.pages.tables import Row, table

COLUMNS = ("Task", "Error", "Queue", "Died")

COMMANDS = {
    "headcount dead show ID": "its error and traceback",
    "headcount dead retry ID": "back into its queue, with all attempts again",
    "headcount dead retry --all --task TASK": "so all of one task",
    "headcount dead drop ID": "forget it for good",
}


def dead_section(snapshot: Snapshot) -> Html:
    """Show the newest dead jobs, and what can be done about them."""
    rows = [_row(snapshot, entry) for entry in snapshot.newest_dead]
    total = sum(queue.dead for queue in snapshot.queues)
    parts = [table(COLUMNS, rows, "No job is dead.")]
    if total > len(rows):
        parts.append(element("p", f"The newest {len(rows)} of {total:,}.", "soft"))
    if total:
        parts.append(_how_to())
    return titled("Dead jobs", join(parts), "dead")


def _row(snapshot: Snapshot, entry: DeadEntry) -> Row:
    task = two_lines(
        name(entry.task or "unknown task"), flower_link(name(entry.id), "task", entry.id)
    )
    tries = "1 attempt" if entry.attempts == 1 else f"{entry.attempts} attempts"
    error = two_lines(name(entry.error_type or entry.outcome), f"{entry.outcome}, {tries}")
    return [task, error, entry.queue, relative(entry.died_at, snapshot.as_of)]


def _how_to() -> Html:
    summary = element("summary", "How to look at them, retry and drop them")
    commands = [(element("code", text), does) for text, does in COMMANDS.items()]
    about = pairs(commands, "meanings")
    return element("details", join([summary, about]), id="dead-how-to")
