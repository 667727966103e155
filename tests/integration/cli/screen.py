"""A full-screen command on a terminal of its own, and what a person sees there."""

import fcntl
import os
import pty
import select
import struct
import subprocess
import sys
import termios
from pathlib import Path

import pyte

from drill.processes import environment
from tests.waiting import wait_until

ROOT = Path(__file__).parents[3]
GIVES_BACK = "\x1b[?1049l"
OF_A_TERMINAL = ("COLUMNS", "LINES", "NO_COLOR")


class Screen:
    """Runs ``headcount ARGUMENTS``; ``lines`` is what is on the screen, ``raw`` all it was sent."""

    def __init__(self, *arguments, broker_url, columns=80, lines=24, **variables):
        self._ours, self._theirs = pty.openpty()
        self._seen = pyte.Screen(columns, lines)
        self._stream = pyte.ByteStream(self._seen)
        self.raw = ""
        self._set_size(columns, lines)
        self._modes = termios.tcgetattr(self._theirs)
        # The size and colours of the terminal in which the tests run are not ours.
        environ = {k: v for k, v in environment().items() if k not in OF_A_TERMINAL}
        environ |= {"CELERY_BROKER_URL": broker_url, "TERM": "xterm-256color", **variables}
        self._process = subprocess.Popen(
            [sys.executable, "-m", "service", *arguments],
            stdin=self._theirs, stdout=self._theirs, stderr=self._theirs, env=environ, cwd=ROOT,
            start_new_session=True, preexec_fn=_control_the_terminal,  # noqa: PLW1509
        )  # fmt: skip

    def type(self, keys):
        """Press keys; Ctrl-C is a key that the terminal turns into a signal."""
        os.write(self._ours, keys.encode())

    def signal(self, number):
        self._process.send_signal(number)

    def resize(self, columns, lines):
        self._seen.resize(lines, columns)
        self._set_size(columns, lines)

    def lines(self):
        self._read()
        return [line.rstrip() for line in self._seen.display]

    def text(self):
        return "\n".join(self.lines())

    def line(self, words):
        """The first line with these words in it, split; empty if there is none."""
        return next((line.split() for line in self.lines() if words in line), [])

    def colour_of(self, word):
        """The colour in which a word stands, as the terminal names it."""
        for row, line in enumerate(self._seen.display):
            if word in line:
                return self._seen.buffer[row][line.index(word)].fg
        return None

    def shows(self, words, timeout_seconds=20):
        return wait_until(lambda: words in self.text(), timeout_seconds, self.raw[-3000:])

    def ends(self, timeout_seconds=20):
        """Its exit status."""
        wait_until(lambda: self._read() or self._process.poll() is not None, timeout_seconds)
        self._read()
        return self._process.wait()

    def is_as_it_was(self):
        """Whether the terminal is the shell's again: its modes, its screen, its cursor."""
        modes = termios.tcgetattr(self._theirs)
        return modes == self._modes and self.raw.endswith(f"\x1b[?7h\x1b[?25h{GIVES_BACK}")

    def close(self):
        if self._process.poll() is None:
            self._process.kill()
            self._process.wait(10)
        os.close(self._ours)
        os.close(self._theirs)

    def _set_size(self, columns, lines):
        fcntl.ioctl(self._theirs, termios.TIOCSWINSZ, struct.pack("HHHH", lines, columns, 0, 0))

    def _read(self):
        while select.select([self._ours], [], [], 0)[0]:
            some = os.read(self._ours, 65536)
            self.raw += some.decode(errors="replace")
            self._stream.feed(some)


def _control_the_terminal():
    """Let Ctrl-C be a signal. One system call, so that no thread is missed in the new process."""
    fcntl.ioctl(0, termios.TIOCSCTTY, 0)
