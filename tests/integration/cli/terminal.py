"""A command run on a terminal, as a person at a keyboard runs it."""

import os
import pty
import select
import signal
import subprocess
import sys
from pathlib import Path

from drill.processes import environment
from tests.waiting import wait_until

ROOT = Path(__file__).parents[3]


class Terminal:
    """Runs ``headcount ARGUMENTS``; ``type`` is the keyboard, ``text`` what is on the screen."""

    def __init__(self, *arguments: str, broker_url: str) -> None:
        self._screen, theirs = pty.openpty()
        environ = environment(CELERY_BROKER_URL=broker_url, TERM="xterm", COLUMNS="100")
        self._process = subprocess.Popen(
            [sys.executable, "-m", "service", *arguments],
            stdin=theirs, stdout=theirs, stderr=theirs, env=environ, cwd=ROOT,
        )  # fmt: skip
        os.close(theirs)
        self.text = ""

    def type(self, keys: str) -> None:
        os.write(self._screen, keys.encode())

    def ctrl_c(self) -> None:
        self._process.send_signal(signal.SIGINT)

    def shows(self, words: str, timeout_seconds: float = 20) -> bool:
        return bool(wait_until(lambda: words in self._read(), timeout_seconds, self.text))

    def ends(self, timeout_seconds: float = 20) -> int:
        """Its exit status, with everything it said on the screen."""
        wait_until(lambda: self._read() and self._process.poll() is not None, timeout_seconds)
        self._read()
        os.close(self._screen)
        return self._process.wait()

    def kill(self) -> None:
        if self._process.poll() is None:
            self._process.kill()
            self._process.wait(10)

    def _read(self) -> str:
        while select.select([self._screen], [], [], 0)[0]:
            try:
                some = os.read(self._screen, 65536)
            except OSError:  # the other side has been closed
                break
            if not some:
                break
            self.text += some.decode(errors="replace")
        return self.text
