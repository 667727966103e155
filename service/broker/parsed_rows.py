"""Rows of the broker parsed into states; those that have not changed are not parsed again."""

from collections.abc import Callable, Mapping
from typing import Generic, TypeVar

State = TypeVar("State")
Row = tuple[bytes | None, ...]


class ParsedRows(Generic[State]):
    """Parses one kind of row, and remembers the last ones. Not for several threads.

    ``parse``: given a row's name and its parts.
    """

    def __init__(self, parse: Callable[..., State]) -> None:
        self._parse = parse
        self._known: dict[bytes, tuple[Row, State]] = {}

    def __call__(self, rows: Mapping[bytes, Row]) -> tuple[State, ...]:
        """Return every row's state, by name."""
        self._known = {name: self._parsed(name, row) for name, row in sorted(rows.items())}
        return tuple([state for _, state in self._known.values()])

    def _parsed(self, name: bytes, row: Row) -> tuple[Row, State]:
        known = self._known.get(name)
        if known is not None and known[0] == row:
            return known
        return row, self._parse(name.decode(), *row)
