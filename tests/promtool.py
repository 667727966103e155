"""What Prometheus's own checker says of metrics."""

import subprocess

from tests.programs import installed


def check_metrics(text: str) -> str:
    """Return what ``promtool check metrics`` finds wrong with plain text; empty for nothing."""
    checked = subprocess.run(
        [installed("promtool"), "check", "metrics"],
        input=text, capture_output=True, text=True, check=False,
    )  # fmt: skip
    said = checked.stdout + checked.stderr
    return said or ("" if checked.returncode == 0 else f"exit status {checked.returncode}")
