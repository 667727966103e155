"""What the drill found, as a table and a verdict."""

from collections.abc import Sequence
from dataclasses import dataclass

COLUMNS = ("fault", "alert expected", "fired", "resolved", "pages", "others")


@dataclass(frozen=True, slots=True)
class Finding:
    """What came of one fault; ``wrong`` says why it is a failure, and is empty for a success.

    ``fired``, ``resolved``: seconds after the cause and the cure; None: never. ``pages``: how many
    alerts that page were told of.
    """

    fault: str
    alert: str
    fired: float | None
    resolved: float | None
    pages: int
    others: Sequence[str]
    wrong: str


def table(findings: Sequence[Finding]) -> str:
    """Return the findings as Markdown."""
    rows = [COLUMNS, ("---",) * len(COLUMNS), *map(_row, findings)]
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)


def _row(found: Finding) -> tuple[str, ...]:
    return (
        found.fault,
        found.alert,
        _seconds(found.fired),
        _seconds(found.resolved),
        str(found.pages),
        ", ".join(found.others) or "-",
    )


def _seconds(seconds: float | None) -> str:
    return "never" if seconds is None else f"{seconds:.0f} s"
