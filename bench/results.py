"""What a benchmark finds out: one row of the table in docs/performance.md."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Target:
    """What a row's figure ought to be: at most so much, or at least."""

    at_most: float | None = None
    at_least: float | None = None

    def met_by(self, figure: float) -> bool:
        """Return whether ``figure`` is good enough."""
        return (self.at_most is None or figure <= self.at_most) and (
            self.at_least is None or figure >= self.at_least
        )

    def __str__(self) -> str:
        if self.at_most is not None:
            return f"<= {self.at_most:g}"
        return f">= {self.at_least:g}" if self.at_least is not None else ""


@dataclass(frozen=True, slots=True)
class Result:
    """One measured row. ``figure`` is a ratio of ours to theirs, unless ``unit`` says otherwise.

    ``noise``: the same way measured against itself, in the same run. ``measured``: the figures
    behind it, with their units in their names. ``note``: what to know about it, such as a
    peer's weaker guarantees.
    """

    row: str
    against: str
    figure: float
    target: Target = Target()
    unit: str = ""
    noise: float | None = None
    measured: Mapping[str, float] = field(default_factory=dict)
    note: str = ""

    @property
    def figure_in_words(self) -> str:
        """Return the figure with its unit, as precise as it is worth."""
        size = abs(self.figure)
        if size and size < 0.01:
            return f"{self.figure:.2g}{self.unit}"
        digits = 3 if size < 10 else 1 if size < 100 else 0
        return f"{self.figure:,.{digits}f}{self.unit}"
