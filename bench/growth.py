"""What grows with what: each cost over orders of magnitude, as rows and as one picture."""

from collections.abc import Iterator

from bench.broker import running_broker
from bench.contestants import ROOT
from bench.growth_curves import CURVES, Curve
from bench.growth_picture import picture
from bench.results import Result

PICTURE = ROOT / "docs" / "images" / "growth.svg"


def measure() -> Iterator[Result]:
    """Measure every curve, then draw them."""
    curves = []
    for measured in CURVES:
        with running_broker() as broker:
            curves.append(measured(broker))
        yield _row(curves[-1])
    PICTURE.write_text(picture(curves), "utf-8")


def _row(curve: Curve) -> Result:
    (first, _), (last, _) = curve.points[0], curve.points[-1]
    return Result(
        row=f"{curve.cost}: {last:,} {curve.axis}",
        against=f"{first:,}",
        figure=curve.growth,
        measured={f"{many}_{curve.unit}": cost for many, cost in curve.points},
    )
