"""``print()`` and everything else written to standard output or error, as log lines.

The real streams stay as ``sys.__stdout__`` and ``sys.__stderr__``.
"""

import io
import logging
import os
import sys
import threading
from typing import TextIO

PARTIAL_LIMIT = 8192
"""Characters after which a line is logged though it has not ended."""


class LoggedStream(io.TextIOBase):
    """A text stream whose lines go to a logger; half lines wait, one per thread, for the rest.

    ``real``: the stream it stands for, whose file descriptor it shows, so that programs
    started with it as their output still have one.
    """

    encoding = "utf-8"
    errors = "replace"

    def __init__(self, logger: logging.Logger, level: int, real: TextIO | None) -> None:
        self._logger = logger
        self._level = level
        self._real = real
        self._partial: dict[int, str] = {}
        self._pid = os.getpid()
        self._logging = threading.local()

    @property
    def buffer(self) -> io.RawIOBase:
        """The stream for those who write bytes."""
        return _Bytes(self)

    def writable(self) -> bool:
        """Return True."""
        return True

    def fileno(self) -> int:
        """Return the real stream's file descriptor."""
        if self._real is None:
            raise io.UnsupportedOperation("this process has no standard streams")
        return self._real.fileno()

    def write(self, text: str) -> int:
        """Log the lines that end in ``text``, and keep what follows the last of them."""
        # A handler that fails while it logs our line reports that here: it ends here.
        if not getattr(self._logging, "active", False):
            *lines, partial = (self._take_partial() + text).split("\n")
            if len(partial) > PARTIAL_LIMIT:
                lines, partial = [*lines, partial], ""
            if partial:
                self._partial[threading.get_ident()] = partial
            self._log(lines)
        return len(text)

    def flush(self) -> None:
        """Log this thread's half line as it is."""
        if self._partial and not getattr(self._logging, "active", False):
            self._log([self._take_partial()])

    def _take_partial(self) -> str:
        if self._pid != os.getpid():
            # Forked: the half lines are the parent's, who will finish them.
            self._partial.clear()
            self._pid = os.getpid()
        return self._partial.pop(threading.get_ident(), "")

    def _log(self, lines: list[str]) -> None:
        self._logging.active = True
        try:
            for line in lines:
                if line.strip():
                    self._logger.log(self._level, "%s", line.rstrip())
        finally:
            self._logging.active = False


class _Bytes(io.RawIOBase):
    def __init__(self, text: LoggedStream) -> None:
        self._text = text

    def writable(self) -> bool:
        return True

    def write(self, data: bytes) -> int:  # type: ignore[override]  # any buffer has these two
        self._text.write(bytes(data).decode("utf-8", "replace"))
        return len(data)

    def flush(self) -> None:
        self._text.flush()


def redirect_standard_streams() -> None:
    """Make ``sys.stdout`` log at info and ``sys.stderr`` at warning, by loggers of those names."""
    sys.stdout = LoggedStream(logging.getLogger("stdout"), logging.INFO, sys.__stdout__)
    sys.stderr = LoggedStream(logging.getLogger("stderr"), logging.WARNING, sys.__stderr__)
