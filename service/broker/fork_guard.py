"""Threads in a process that forks.

A child has the locks of its parent as they were at the fork: one that another thread held then
stays locked in the child for good, and the first job that needs it hangs.
"""

import os
import threading
from types import TracebackType
from typing import Self

LONGEST_WAIT_SECONDS = 5.0
"""A fork waits this long at most: longer than the timeouts of any one command to the broker."""


class ForkGuard:
    """Within ``with guard:`` no child is forked. One per process; nothing undoes it."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._forking = False
        os.register_at_fork(
            before=self._before_fork,
            after_in_parent=self._after_fork,
            after_in_child=self._start_anew,
        )

    def __enter__(self) -> Self:
        self._lock.acquire()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._lock.release()

    def _before_fork(self) -> None:
        self._forking = self._lock.acquire(timeout=LONGEST_WAIT_SECONDS)

    def _after_fork(self) -> None:
        if self._forking:
            self._lock.release()

    def _start_anew(self) -> None:
        self._lock = threading.Lock()
