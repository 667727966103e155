"""Many dead jobs moved one batch after the other: progress, Ctrl-C, and what became of them."""

import signal
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import typer

if TYPE_CHECKING:
    from service.broker.dead_moves import Batch

INTERRUPTED = 128 + signal.SIGINT
"""Exit status of a program that Ctrl-C ended."""


def move_all(batches: "Iterator[Batch]", total: int, done: str) -> None:
    """Move batch after batch; say what became of the jobs, whatever ends it.

    ``total``: how many there are to look at. ``done``: "retried" or "dropped".

    Raises:
        typer.Exit: Ctrl-C was typed. The batch under way was finished.
    """
    from rich.console import Console
    from rich.progress import Progress

    fates: Counter[str] = Counter()
    shown = Progress(console=Console(stderr=True), transient=True, disable=not sys.stderr.isatty())
    try:
        with _interruptions() as interrupted, shown:
            bar = shown.add_task(f"{done.capitalize()} dead jobs", total=total)
            for batch in batches:
                fates.update(batch.fates)
                shown.advance(bar, batch.looked_at)
                if interrupted:
                    break
    finally:
        print(_summary(done, fates))
    if interrupted:
        print("interrupted; the rest is as it was", file=sys.stderr)
        raise typer.Exit(INTERRUPTED)


@contextmanager
def _interruptions() -> Iterator[list[int]]:
    """Note Ctrl-C instead of stopping between a batch and its count; the second one stops."""
    typed: list[int] = []

    def note(number: int, *_: object) -> None:
        if typed:
            raise KeyboardInterrupt
        typed.append(number)

    before = signal.signal(signal.SIGINT, note)
    try:
        yield typed
    finally:
        signal.signal(signal.SIGINT, before)


def _summary(done: str, fates: Counter[str]) -> str:
    text = f"{done} {fates['done']} dead jobs"
    if fates["gone"]:
        text += f"; {fates['gone']} were no longer dead by then"
    if fates["pending"]:
        text += (
            f"; {fates['pending']} stay dead, because they are unique and a job with the same "
            "arguments is pending"
        )
    return text
