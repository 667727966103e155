"""A live view of the broker: a frame a second on a terminal, and a single one anywhere else."""

import logging
from contextlib import suppress

from rich.console import Console

from service.cli.broker_watch import BrokerWatch
from service.cli.frame import Frame, Room
from service.cli.full_screen import FullScreen, is_full_screen_terminal
from service.settings import Settings

KEYS_SECONDS = 0.2
"""Between looks at the keyboard, and at the size of the terminal."""

UNBOUNDED = 10_000
"""Columns and lines of what is no terminal: nothing is cut off."""


def show_live(settings: Settings, frame: Frame) -> None:
    """Show a frame a second until q or Ctrl-C.

    Where standard output is no terminal, print one frame.

    Raises:
        BrokerError: it is no terminal, and the broker cannot be read.
    """
    watch = BrokerWatch(settings)
    if not is_full_screen_terminal():
        print_once(watch, frame)
        return
    # The frame says all of it; a line of log would be written across the screen.
    logging.getLogger().addHandler(logging.NullHandler())
    with suppress(KeyboardInterrupt), watch, FullScreen() as screen:
        _repaint(watch, screen, frame)


def _repaint(watch: BrokerWatch, screen: FullScreen, frame: Frame) -> None:
    shown: object = None
    while "q" not in screen.keys(KEYS_SECONDS if shown else 0).lower():
        look, size = watch.latest(), screen.size()
        if (look.reading.edition, size) != shown:
            shown = look.reading.edition, size
            screen.show(frame(look, Room(*size, hint="q: quit")))


def print_once(watch: BrokerWatch, frame: Frame) -> None:
    """Print one frame as plain text."""
    look = watch.look_for_a_second()
    console = Console(width=UNBOUNDED, no_color=True, highlight=False)
    with console.capture() as printed:
        console.print(frame(look, Room(UNBOUNDED, UNBOUNDED)))
    print("\n".join(line.rstrip() for line in printed.get().splitlines()))
