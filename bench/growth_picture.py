"""Curves as one picture: a small chart each, for light and dark pages alike."""

import math
from collections.abc import Iterator, Sequence

from bench.growth_curves import Curve

COLUMNS, CELL_WIDTH, CELL_HEIGHT = 4, 240, 184
LEFT, TOP, PLOT_WIDTH, PLOT_HEIGHT = 44, 58, 176, 92

TIMES = "&#215;"

STYLE = """
svg { font: 11px system-ui, sans-serif; }
.paper { fill: #ffffff; } .title { font-size: 13px; font-weight: 600; fill: #1f2328; }
.text { fill: #59636e; } .grid { stroke: #d1d9e0; } .line { stroke: #0969da; fill: none; }
.dot { fill: #0969da; } .growth { fill: #0969da; font-weight: 600; }
@media (prefers-color-scheme: dark) {
.paper { fill: #0d1117; } .title { fill: #f0f6fc; } .text { fill: #9198a1; }
.grid { stroke: #3d444d; } .line { stroke: #58a6ff; } .dot, .growth { fill: #58a6ff; }
}
"""


def picture(curves: Sequence[Curve]) -> str:
    """Return an SVG: amounts to the right, each step ten times; costs upwards, from zero."""
    rows = math.ceil(len(curves) / COLUMNS)
    width, height = COLUMNS * CELL_WIDTH + 8, rows * CELL_HEIGHT + 8
    cells = "\n".join(_cell(index, curve) for index, curve in enumerate(curves))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" '
        f'width="{width}" height="{height}" role="img" aria-label="Costs over amounts">'
        f"<style>{STYLE}</style>"
        f'<rect class="paper" width="{width}" height="{height}"/>\n{cells}\n</svg>\n'
    )


def _cell(index: int, curve: Curve) -> str:
    x, y = index % COLUMNS * CELL_WIDTH, index // COLUMNS * CELL_HEIGHT
    return f'<g transform="translate({x} {y})">{"".join(_chart(curve))}</g>'


def _chart(curve: Curve) -> Iterator[str]:
    most = _round_above(max(cost for _, cost in curve.points))
    spots = [(_across(curve, many), _up(cost, most)) for many, cost in curve.points]
    yield _text(LEFT - 32, 22, curve.axis.capitalize(), "title")
    yield _text(LEFT + PLOT_WIDTH, 22, f"{TIMES}{curve.growth:.1f}", "growth", "end")
    yield _text(LEFT - 32, 38, f"{curve.cost[0].upper()}{curve.cost[1:]} ({curve.unit})")
    for share in (0, 0.5, 1):
        y = _up(most * share, most)
        yield f'<path class="grid" d="M{LEFT} {y:.1f}h{PLOT_WIDTH}"/>'
        yield _text(LEFT - 6, y + 4, f"{most * share:g}", anchor="end")
    for many, _ in (curve.points[0], curve.points[-1]):
        yield _text(_across(curve, many), TOP + PLOT_HEIGHT + 16, f"{many:,}", anchor="middle")
    path = " ".join(f"{x:.1f},{y:.1f}" for x, y in spots)
    yield f'<polyline class="line" stroke-width="2" points="{path}"/>'
    for x, y in spots:
        yield f'<circle class="dot" cx="{x:.1f}" cy="{y:.1f}" r="3"/>'


def _text(x: float, y: float, text: str, kind: str = "text", anchor: str = "start") -> str:
    return f'<text class="{kind}" x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}">{text}</text>'


def _across(curve: Curve, many: int) -> float:
    first, last = (math.log10(curve.points[at][0]) for at in (0, -1))
    return LEFT + 8 + (PLOT_WIDTH - 16) * (math.log10(many) - first) / (last - first)


def _up(cost: float, most: float) -> float:
    return TOP + PLOT_HEIGHT * (1 - cost / most)


def _round_above(cost: float) -> float:
    """Return the next of 1, 2, 4, 6, 8, 10 times a power of ten with some room above ``cost``."""
    power = 10 ** math.floor(math.log10(cost))
    return next(step * power for step in (1, 2, 4, 6, 8, 10, 20) if step * power >= cost * 1.05)
