"""What processes complained of in their logs, beside jobs that failed."""

import json
import re
from collections import Counter
from pathlib import Path
from typing import Any

OURS = ("beat", "flower", "sidecar", "worker")
BEARABLE = frozenset({"flower.events"})
"""Loggers that call a broker that is away an error."""


def complaints(directory: Path) -> Counter[str]:
    """Return lines of level error that are about no job, and lines that are no JSON: how often."""
    found = Counter[str]()
    for log in directory.glob("*.log"):
        if log.name.startswith(OURS):
            found.update(
                filter(None, map(_complaint, log.read_text(errors="replace").splitlines()))
            )
    return found


def _complaint(line: str) -> str:
    try:
        said: dict[str, Any] = json.loads(line)
    except ValueError:
        return line
    if said["level"] not in ("error", "critical") or "job_id" in said or said["logger"] in BEARABLE:
        return ""
    return f"{said['logger']}: {re.sub('[0-9]+', '…', said['event'])}"
