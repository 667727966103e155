"""Owns the line that shows a queue's last minute, as SVG with a text in its place."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from service.sidecar.history import GAP_SECONDS, KEPT_SECONDS, History
from service.sidecar.pages.markup import Html, element, join

WIDTH, HEIGHT = 240, 48
MARGIN = 3
"""Kept free above and below, for the line's own thickness."""

Point = tuple[float, int]
"""When, in Unix seconds, and how many jobs were ready."""


@dataclass(frozen=True, slots=True)
class Scale:
    """Where in the picture a point is: the minute up to ``end`` across, 0 to ``most`` upwards."""

    end: float
    most: int

    def across(self, point: Point) -> str:
        """Return how far to the right."""
        return f"{WIDTH * (1 - (self.end - point[0]) / KEPT_SECONDS):.1f}"

    def place(self, point: Point) -> str:
        """Return how far to the right and down."""
        height = (HEIGHT - 2 * MARGIN) * point[1] / self.most
        return f"{self.across(point)} {HEIGHT - MARGIN - height:.1f}"


def sparkline(history: History) -> Html:
    """Draw how many jobs were ready; where reads failed there is a gap."""
    points = [(one.as_of, sum(queue.ready for queue in one.queues)) for one in history]
    if not points:
        return Html()
    scale = Scale(end=points[-1][0], most=max(1, *(ready for _, ready in points)))
    runs = _runs(points)
    shapes = [element("path", css_class="area", d=_area(run, scale)) for run in runs]
    shapes += [element("path", css_class="line", d=_line(run, scale)) for run in runs]
    shapes.append(element("path", css_class="end", d=_line(points[-1:], scale)))
    return element(
        "svg", join([element("title", in_text(points)), *shapes]), "spark",
        role="img", viewBox=f"0 0 {WIDTH} {HEIGHT}", preserveAspectRatio="none",
    )  # fmt: skip


def in_text(points: Sequence[Point]) -> str:
    """Say what the line shows.

    >>> in_text([(0.0, 3), (1.0, 12), (2.0, 5)])
    'Ready jobs over the last 2 s: now 5, lowest 3, highest 12'
    """
    counts = [ready for _, ready in points]
    seconds = points[-1][0] - points[0][0]
    now, least, most = f"{counts[-1]:,}", f"{min(counts):,}", f"{max(counts):,}"
    return f"Ready jobs over the last {seconds:.0f} s: now {now}, lowest {least}, highest {most}"


def _runs(points: Sequence[Point]) -> list[list[Point]]:
    """Return the points in runs without a gap."""
    runs = [[points[0]]]
    for before, after in pairwise(points):
        if after[0] - before[0] > GAP_SECONDS:
            runs.append([])
        runs[-1].append(after)
    return runs


def _line(run: Sequence[Point], scale: Scale) -> str:
    path = "M" + "L".join(scale.place(point) for point in run)
    # A line without a length shows as a dot, because its ends are round.
    return f"{path}h0" if len(run) == 1 else path


def _area(run: Sequence[Point], scale: Scale) -> str:
    last, first = scale.across(run[-1]), scale.across(run[0])
    return f"{_line(run, scale)}L{last} {HEIGHT}L{first} {HEIGHT}Z"
