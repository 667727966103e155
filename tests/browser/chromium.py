"""A browser without a window, with an empty profile for every page."""

import subprocess
import tempfile
from typing import NamedTuple

from tests.programs import installed

FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
    "--hide-scrollbars",
    "--enable-logging=stderr",
)
CONSOLE = "CONSOLE"
"""Marks what a page made the browser complain about: errors, blocked styles, lost files."""


class Rendered(NamedTuple):
    document: str
    complaints: list[str]

    def about(self, text):
        """Return the page itself if the text is in it."""
        return self if text in self.document else None


class Chromium:
    def __init__(self, program):
        self._program = program

    def render(self, address):
        """Return the page's document as the browser understood it."""
        done = self._run("--dump-dom", address)
        return Rendered(done.stdout, [line for line in done.stderr.splitlines() if CONSOLE in line])

    def picture(self, address, path, width, height):
        """Write what one would see to ``path``."""
        self._run(f"--window-size={width},{height}", f"--screenshot={path}", address)

    def _run(self, *arguments):
        with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
            done = subprocess.run(
                [self._program, *FLAGS, f"--user-data-dir={profile}", *arguments],
                capture_output=True, text=True, timeout=60, check=False,
            )  # fmt: skip
        assert done.returncode == 0, done.stderr
        return done


def find_chromium():
    """Return the browser; without one the test is skipped, or fails in CI."""
    return Chromium(installed("chromium", "chromium-browser"))
