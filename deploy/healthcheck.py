"""Asks this container's process whether it answers: for Docker's HEALTHCHECK.

Kubernetes asks by probes of its own. Beat listens nowhere: it is healthy while it runs.
"""

import os
import sys
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


def main() -> int:
    """Ask the container's first process; return 0 if it is well, else 1."""
    first = Path("/proc/1/cmdline").read_bytes().decode(errors="replace").split("\0")
    asked = address(first, os.environ)
    if asked is None:
        return 0
    try:
        with urllib.request.urlopen(asked, timeout=TIMEOUT_SECONDS):
            return 0
    except OSError as error:
        print(f"{asked}: {error}", file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main())
