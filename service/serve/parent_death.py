"""Ties a child's life to the supervisor's, so that a SIGKILL of the supervisor leaves nothing.

Linux only. Elsewhere the next ``serve`` finds what was left by the pid files.
"""

import ctypes
import os
import signal
import sys
from collections.abc import Callable

PR_SET_PDEATHSIG = 1  # Source: linux/prctl.h


def tie_to_parent(orphan_signal: signal.Signals) -> Callable[[], None] | None:
    """Return what the child must run between fork and exec, or None where there is no such tie.

    The kernel sends ``orphan_signal`` when the *thread* that forked ends, so fork from the
    main thread.
    """
    if sys.platform != "linux":
        return None
    prctl = ctypes.CDLL(None).prctl
    parent_pid = os.getpid()

    def tie() -> None:
        prctl(PR_SET_PDEATHSIG, int(orphan_signal))
        if os.getppid() != parent_pid:  # it died before the tie held
            os._exit(1)

    return tie
