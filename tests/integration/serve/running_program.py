"""A supervisor under test: a real process whose lines can be waited for."""

import os
import subprocess
import sys
import threading
from pathlib import Path

import psutil

from tests.waiting import wait_until

PROJECT = Path(__file__).resolve().parents[3]


class RunningProgram:
    """A Python script, run in a session of its own; ``lines`` grows as it writes."""

    def __init__(self, argv, cwd, env=None):
        self.lines = []
        self._process = subprocess.Popen(
            [sys.executable, *argv],
            cwd=cwd,
            env={**os.environ, "PYTHONPATH": str(PROJECT), **(env or {})},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            stdin=subprocess.DEVNULL,
            start_new_session=True,
        )
        self.pid = self._process.pid
        self._seen = {}
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def wait_for(self, text, timeout_seconds=20):
        """Return the first line that contains ``text``."""

        def found():
            return next((line for line in list(self.lines) if text in line), None)

        wait_until(lambda: found() or not self._reader.is_alive(), timeout_seconds, self.text(text))
        assert found(), self.text(text)
        return found()

    def position(self, text):
        return next(i for i, line in enumerate(self.lines) if text in line)

    def text(self, wanted=""):
        return f"{wanted!r} in:\n" + "\n".join(self.lines)

    def signal(self, number):
        self._process.send_signal(number)

    def signal_group(self, number):
        """Do what a terminal does at Ctrl-C."""
        os.killpg(self.pid, number)

    def exit_status(self, timeout_seconds=20):
        status = self._process.wait(timeout_seconds)
        self._reader.join(5)
        return status

    def descendants(self):
        """Return all processes below, and remember them for the clean-up."""
        below = psutil.Process(self.pid).children(recursive=True)
        self._seen |= {process.pid: process for process in below}
        return below

    def close_output(self):
        """Go away as the reader of its lines."""
        self._process.stdout.close()

    def end(self):
        """Leave nothing behind, whatever the test did."""
        if self._process.poll() is None:
            self.descendants()
            self._process.kill()
            self._process.wait()
        for process in self._seen.values():
            if is_alive(process):
                process.kill()

    def _read(self):
        try:
            for line in self._process.stdout:
                self.lines.append(line.decode().rstrip("\n"))
        except ValueError:  # closed by close_output
            return


def is_alive(process):
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def wait_until_gone(processes, timeout_seconds=10):
    wait_until(
        lambda: not any(map(is_alive, processes)),
        timeout_seconds,
        f"still there: {[process for process in processes if is_alive(process)]}",
    )
