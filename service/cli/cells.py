"""How a cell of a live table is written: short, of one line, harmless."""

import math
from itertools import pairwise

from rich.cells import cell_len

from service.cli.tables import printable

MOST_LETTERS = 200
"""Of a name. Longer ones are nobody's."""

NOTHING = "-"

_UNITS = (("d", 86400), ("h", 3600), ("m", 60), ("s", 1))
_THOUSANDS = (("M", 1_000_000), ("k", 1_000))


def one_line(text: object) -> str:
    """Return it as one line of letters only, none of which steers a terminal."""
    return printable(str(text)[:MOST_LETTERS]).replace("\n", " ").replace("\t", " ")


def cropped(text: str, columns: int) -> str:
    """Return the end of a name that is too wide: what tells names apart stands there.

    >>> cropped("shop.jobs.SendInvoice", 12), cropped("shop.Send", 12)
    ('…SendInvoice', 'shop.Send')
    """
    if cell_len(text) <= columns:
        return text
    while text and cell_len(text) >= columns:
        text = text[1:]
    return f"…{text}"


def briefly(seconds: float | None) -> str:
    """Write a duration in seven letters at most; None is nothing.

    >>> briefly(0.4), briefly(125), briefly(7200), briefly(90061), briefly(math.inf)
    ('0s', '2m 5s', '2h 0m', '1d 1h', 'never')
    """
    if seconds is None:
        return NOTHING
    if seconds == math.inf or seconds >= 10_000 * 86400:
        return "never"
    rest = int(max(0.0, seconds))
    for (unit, size), (smaller, its_size) in pairwise(_UNITS):
        if rest >= size:
            return f"{rest // size}{unit} {rest % size // its_size}{smaller}"
    return f"{rest}s"


def rated(per_second: float) -> str:
    """Write a rate in five letters at most.

    >>> rated(0), rated(0.24), rated(31.4), rated(1840), rated(2_500_000)
    ('0', '0.2', '31', '1.8k', '2.5M')
    """
    for letter, size in _THOUSANDS:
        if per_second >= size:
            return f"{per_second / size:.1f}{letter}"
    if per_second >= 10:
        return f"{per_second:.0f}"
    return f"{per_second:.1f}" if per_second > 0 else "0"


def counted(number: int) -> str:
    """Write a number of jobs in seven letters at most.

    >>> counted(950), counted(12_000), counted(3_400_000)
    ('950', '12,000', '3.4M')
    """
    return f"{number / 1e6:.1f}M" if number >= 1_000_000 else f"{number:,}"
