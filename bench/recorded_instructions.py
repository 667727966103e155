"""The instruction counts that CI compares with, beside this file.

What is recorded are shares of plain Celery's instructions in the same run: they hardly depend
on the machine, and less than the counts themselves on versions of Python and libraries.
"""

import json
from collections.abc import Mapping
from pathlib import Path

from bench.circumstances import today, versions

FILE = Path(__file__).with_name("recorded_instructions.json")
TOLERANCE = 0.03
RECORD = "python -m bench.instructions --record"


def record(ratios: Mapping[str, float]) -> None:
    """Make these what is compared with."""
    known = {"recorded": today(), "versions": versions(), "ratios": dict(ratios)}
    FILE.write_text(json.dumps(known, indent=2) + "\n", encoding="utf-8")


def regressions(ratios: Mapping[str, float]) -> list[str]:
    """Return in words what has become dearer by more than the tolerance."""
    known = json.loads(FILE.read_text(encoding="utf-8"))
    return [
        f"{name}: {ratios[name]:.4f} of plain Celery's instructions, {was:.4f} on "
        f"{known['recorded']} with {known['versions']}; if there is a good reason: {RECORD}"
        for name, was in known["ratios"].items()
        if ratios[name] > was * (1 + TOLERANCE)
    ]
