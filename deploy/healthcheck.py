"""Asks this container's process whether it is well: Docker's HEALTHCHECK, and Kubernetes' for Beat.

Three of the four answer at an address. Beat listens nowhere, but wakes up every second, whatever
the broker does: one that does not is frozen.
"""

import os
import sys
import time
import urllib.request
from collections.abc import Mapping, Sequence
from pathlib import Path

ADDRESSES = {
    "worker": ("HEADCOUNT_METRICS_PORT", 9808, "/metrics"),
    "sidecar": ("HEADCOUNT_HTTP_PORT", 8000, "/health/live"),
    "flower": ("HEADCOUNT_FLOWER_PORT", 5555, "/healthcheck"),
}
"""Command -> the variable with its port, that port unless set, and the path."""

TIMEOUT_SECONDS = 4


def address(command_line: Sequence[str], environ: Mapping[str, str]) -> str | None:
    """Return the address that shows whether this process is well; None if it listens nowhere."""
    command = next((word for word in command_line if word in ADDRESSES), None)
    if command is None:
        return None
    variable, usual, path = ADDRESSES[command]
    port = int(environ.get(variable) or usual)
    return f"http://127.0.0.1:{port}{path}" if port else None


def answers(asked: str) -> bool:
    """Say whether an address answers, and well."""
    try:
        with urllib.request.urlopen(asked, timeout=TIMEOUT_SECONDS):
            return True
    except OSError as error:
        print(f"{asked}: {error}", file=sys.stderr)
        return False


def wakes_up(process_id: int, timeout_seconds: float = TIMEOUT_SECONDS) -> bool:
    """Say whether a process's main thread goes to sleep and wakes up. Source: proc(5), status."""
    before, until = _switches(process_id), time.monotonic() + timeout_seconds
    while time.monotonic() < until:
        time.sleep(0.1)
        if _switches(process_id) != before:
            return True
    print(f"process {process_id} has stood still for {timeout_seconds} s", file=sys.stderr)
    return False


def main() -> int:
    """Look at the container's process; return 0 if it is well, else 1."""
    first = _command_line(Path("/proc/1"))
    if "beat" in first:
        return 0 if wakes_up(_last_of("beat")) else 1
    asked = address(first, os.environ)
    return 0 if asked is None or answers(asked) else 1


def _last_of(command: str) -> int:
    """Return the process that runs a command: the first, or one that Docker's init has started."""
    numbered = [one for one in Path("/proc").iterdir() if one.name.isdigit()]
    return max(int(one.name) for one in numbered if command in _command_line(one))


def _command_line(process: Path) -> list[str]:
    try:
        return (process / "cmdline").read_bytes().decode(errors="replace").split("\0")
    except OSError:
        return []  # it has ended meanwhile


def _switches(process_id: int) -> str:
    """Return how often the main thread has gone to sleep by itself, as its kernel says it."""
    status = Path(f"/proc/{process_id}/task/{process_id}/status").read_text(encoding="ascii")
    return next(line for line in status.splitlines() if line.startswith("voluntary_ctxt"))


if __name__ == "__main__":
    sys.exit(main())
