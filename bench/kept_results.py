"""The last results of every family: docs/performance.json, of which the table is made."""

import dataclasses
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench.circumstances import machine, today, versions
from bench.results import Result, Target

FILE = Path(__file__).parents[1] / "docs" / "performance.json"


@dataclass(frozen=True, slots=True)
class Measured:
    """One family's rows, and the circumstances under which they were measured."""

    date: str
    machine: str
    versions: Mapping[str, str]
    rows: Sequence[Result]


def measured_now(rows: Sequence[Result]) -> Measured:
    """Return these rows as measured here and today."""
    return Measured(today(), machine(), versions(), rows)


def read(file: Path = FILE) -> dict[str, Measured]:
    """Return family -> its last results; none where nothing was kept yet."""
    if not file.exists():
        return {}
    kept = json.loads(file.read_text(encoding="utf-8"))
    return {family: _measured(**fields) for family, fields in kept.items()}


def write(results: Mapping[str, Measured], file: Path = FILE) -> None:
    """Keep these results, and no others."""
    fields = {family: dataclasses.asdict(one) for family, one in results.items()}
    file.write_text(json.dumps(fields, indent=2) + "\n", encoding="utf-8")


def _measured(rows: Sequence[Mapping[str, Any]], **circumstances: Any) -> Measured:
    results = [Result(**{**row, "target": Target(**row["target"])}) for row in rows]
    return Measured(**circumstances, rows=results)
