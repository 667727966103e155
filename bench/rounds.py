"""Interleaved rounds: everyone is measured once a round, so that all share the machine's moods."""

import statistics
from collections.abc import Callable, Mapping, Sequence
from typing import TypeVar

Figures = Mapping[str, float]
One = TypeVar("One")


def rounds(
    many: int, contestants: Sequence[One], measure: Callable[[One], Figures]
) -> list[list[Figures]]:
    """Return each contestant's figures, one of each round."""
    measured: list[list[Figures]] = [[] for _ in contestants]
    for _ in range(many):
        for one, figures in zip(contestants, measured, strict=True):
            figures.append(measure(one))
    return measured


def ratio(mine: Sequence[Figures], theirs: Sequence[Figures], name: str) -> float:
    """Return the median over the rounds of one figure's ratio."""
    pairs = zip(mine, theirs, strict=True)
    return statistics.median(one[name] / other[name] for one, other in pairs)


def medians(figures: Sequence[Figures]) -> dict[str, float]:
    """Return the median of every figure."""
    return {name: statistics.median(one[name] for one in figures) for name in figures[0]}
