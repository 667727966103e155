"""A terminal taken over whole, and given back as it was, however that ends."""

import os
import select
import signal
import sys
import termios
import tty
from types import FrameType, TracebackType
from typing import Any, Self

from rich.console import Console, RenderableType
from rich.screen import Screen

# Without automatic wrapping a line that is wider than it was thought to be is cut off, and
# nothing moves. Which characters are wide is a matter on which terminals differ.
TAKE = "\x1b[?1049h\x1b[?25l\x1b[?7l"
GIVE_BACK = "\x1b[?7h\x1b[?25h\x1b[?1049l"
HOME = "\x1b[H"

DEFAULT_SIZE = 80, 24
"""Of a terminal that does not say how large it is."""


def is_full_screen_terminal() -> bool:
    """Return whether standard output is a terminal that can be painted on."""
    return sys.stdout.isatty() and os.environ.get("TERM", "dumb") not in ("dumb", "unknown")


class FullScreen:
    """The terminal, for the length of a ``with`` block; Ctrl-C ends the block by its exception."""

    def __init__(self) -> None:
        if hasattr(sys.stdout, "reconfigure"):
            sys.stdout.reconfigure(errors="replace")  # whatever the terminal has no letter for
        self._console = Console(file=sys.stdout, force_terminal=True, emoji=False, markup=False)
        self._keyboard = sys.stdin.fileno() if sys.stdin.isatty() else None
        self._was: list[Any] = []
        self._handlers: dict[signal.Signals, Any] = {}

    def __enter__(self) -> Self:
        self._was = termios.tcgetattr(self._keyboard) if self._keyboard is not None else []
        self._handlers = {
            signal.SIGTERM: signal.signal(signal.SIGTERM, _exit),
            signal.SIGTSTP: signal.signal(signal.SIGTSTP, self._suspend),
        }
        self._take()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._give_back()
        for number, handler in self._handlers.items():
            signal.signal(number, handler)

    def size(self) -> tuple[int, int]:
        """Return columns and lines, as they are now."""
        columns, lines = os.get_terminal_size(sys.stdout.fileno())
        return (columns, lines) if columns and lines else DEFAULT_SIZE

    def show(self, frame: RenderableType) -> None:
        """Paint the whole screen; what does not fit is left out."""
        self._console.size = self.size()
        with self._console.capture() as painted:
            self._console.print(Screen(frame), end="")
        self._write(HOME + painted.get())

    def keys(self, seconds: float) -> str:
        """Return what was typed, waiting for so long at most; "q" too once nobody can type."""
        if self._keyboard is None:
            select.select([], [], [], seconds)
            return ""
        if not select.select([self._keyboard], [], [], seconds)[0]:
            return ""
        return os.read(self._keyboard, 1024).decode(errors="replace") or "q"

    def _take(self) -> None:
        if self._keyboard is not None:
            tty.setcbreak(self._keyboard)
        self._write(TAKE)

    def _give_back(self) -> None:
        self._write(GIVE_BACK)
        if self._keyboard is not None:
            termios.tcsetattr(self._keyboard, termios.TCSADRAIN, self._was)

    def _suspend(self, number: int, frame: FrameType | None) -> None:
        """Ctrl-Z: leave the terminal to the shell until it lets this process go on."""
        self._give_back()
        signal.signal(signal.SIGTSTP, signal.SIG_DFL)
        os.kill(os.getpid(), signal.SIGTSTP)
        signal.signal(signal.SIGTSTP, self._suspend)
        self._take()

    def _write(self, text: str) -> None:
        sys.stdout.write(text)
        sys.stdout.flush()


def _exit(number: int, _: FrameType | None) -> None:
    raise SystemExit(128 + number)
