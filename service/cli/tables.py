"""Tables as plain text: columns aligned, nothing cut off, fit for pipes."""

from collections.abc import Sequence


def print_table(headings: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    """Print rows under headings; numbers are aligned to the right."""
    cells = [[_text(cell) for cell in row] for row in rows]
    widths = [max(map(len, column)) for column in zip(headings, *cells, strict=True)]
    right = [bool(rows) and isinstance(cell, (int, float)) for cell in (rows or [headings])[0]]
    for line in (headings, *cells):
        padded = (
            cell.rjust(width) if is_number else cell.ljust(width)
            for cell, width, is_number in zip(line, widths, right, strict=True)
        )
        print("  ".join(padded).rstrip())


def printable(value: object) -> str:
    """Return it as text that a terminal only shows: what would steer one is escaped.

    Names, errors and messages come from whoever can reach the broker.
    """
    return "".join(c if c.isprintable() or c in "\n\t" else ascii(c)[1:-1] for c in str(value))


def _text(cell: object) -> str:
    if cell is None:
        return ""
    return f"{cell:g}" if isinstance(cell, float) else printable(cell).replace("\n", " ")
