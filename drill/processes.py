"""One process of the drill's stack: started, frozen, killed and started again, as faults demand."""

import os
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

import psutil

STOP_SECONDS = 20


class Member:
    """A process of the stack. Its output goes to ``log``."""

    def __init__(self, argv: Sequence[str], environ: Mapping[str, str], log: Path) -> None:
        self._argv, self._environ, self._log = argv, dict(environ), log
        self._process: subprocess.Popen[bytes] | None = None

    def start(self, **changes: str) -> None:
        """Start it; ``changes`` to its environment hold for this start only."""
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                list(self._argv), env=self._environ | changes, stdout=log, stderr=log
            )

    def stop(self) -> None:
        """Ask it to end, and see that it does."""
        if self._process is not None:
            self._process.terminate()
            try:
                self._process.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                self.kill()

    def kill(self) -> None:
        """Kill it and its children, without a word to anyone."""
        for process in self._tree():
            process.kill()
        if self._process is not None:
            self._process.wait(STOP_SECONDS)

    def freeze(self, children: bool = False) -> None:
        """Let it do nothing any more, or only its children."""
        for process in self._children() if children else self._tree()[:1]:
            process.suspend()

    def thaw(self) -> None:
        """Let it and its children go on."""
        for process in self._tree():
            process.resume()

    def _tree(self) -> list[psutil.Process]:
        return [psutil.Process(self.pid), *self._children()]

    def _children(self) -> list[psutil.Process]:
        return psutil.Process(self.pid).children(recursive=True)

    @property
    def pid(self) -> int:
        """Its process id."""
        assert self._process is not None
        return self._process.pid


def environment(**own: str) -> dict[str, str]:
    """Return this process's environment without settings of Headcount's, and with these."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("HEADCOUNT_", "CELERY_"))}
    return kept | own
