"""Keeps a label's values few: the first so many get a series of their own, the rest share one."""


class LabelLimit:
    """The values admitted so far, at most ``limit`` of them."""

    __slots__ = ("_admitted", "_limit")

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._admitted: set[str] = set()

    def admits(self, value: str) -> bool:
        """Say whether the value may be a label, and remember it if so."""
        if value in self._admitted:
            return True
        if len(self._admitted) >= self._limit:
            return False
        self._admitted.add(value)
        return True
