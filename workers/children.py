"""The pool's child processes: why they end."""

import signal
from collections.abc import Callable
from typing import Any

from billiard.pool import EX_RECYCLE

from service.telemetry.events import ChildExit, ChildExited, Event

EX_OK = 0


class Children:
    """Turns the end of a child process into an event."""

    def __init__(self, emit: Callable[[Event], None]) -> None:
        self._emit = emit
        self._announced: dict[int, ChildExit] = {}

    def timed_out(self, pid: int) -> None:
        """Remember that this child is about to be killed for its job's time limit."""
        self._announced[pid] = ChildExit.TIMED_OUT

    def exits(self, pid: int) -> None:
        """Remember that a job ends this child: whatever it said, billiard makes its status 0."""
        self._announced[pid] = ChildExit.ERROR

    def watch(self, pool: Any) -> None:
        """Be told by billiard's pool of every child that ends, beside whom it tells already."""
        tell = pool.on_process_down

        def on_process_down(child: Any) -> None:
            self._ended(child.pid, child.exitcode)
            if tell is not None:
                tell(child)

        pool.on_process_down = on_process_down

    def _ended(self, pid: int, exitcode: int | None) -> None:
        announced = self._announced.pop(pid, None)
        self._emit(ChildExited(announced or _reason(exitcode)))


def _reason(exitcode: int | None) -> ChildExit:
    if exitcode in (EX_OK, EX_RECYCLE):
        return ChildExit.RECYCLED
    return ChildExit.KILLED if exitcode == -signal.SIGKILL else ChildExit.ERROR
