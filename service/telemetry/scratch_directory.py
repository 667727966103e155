"""A directory of one process's own under the system's temporary one, gone when it is gone.

A lock tells live directories from stale ones. Process ids could not: containers that share a
temporary directory have the same few ids over and over.
"""

import fcntl
import os
import shutil
import tempfile
from pathlib import Path

LOCK_NAME = "lock"


class ScratchDirectory:
    """A new directory ``<prefix>-<pid>-<random>``, readable by this user only.

    Making one removes those of dead processes with the same prefix. Children that were
    forked keep it alive until they end too.
    """

    def __init__(self, prefix: str) -> None:
        _remove_stale(prefix)
        self._owner_pid = os.getpid()
        self.path = Path(tempfile.mkdtemp(prefix=f"{prefix}-{self._owner_pid}-"))
        self._lock = _held_lock(self.path / LOCK_NAME)

    def remove(self) -> None:
        """Delete the directory; in a forked child this does nothing."""
        if os.getpid() == self._owner_pid:
            shutil.rmtree(self.path, ignore_errors=True)
            os.close(self._lock)
            self._owner_pid = 0


def _held_lock(path: Path) -> int:
    """Create a lock that is held from the moment it has its name."""
    unnamed = path.with_suffix(".new")
    lock = os.open(unnamed, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)
    fcntl.flock(lock, fcntl.LOCK_EX)
    unnamed.rename(path)
    return lock


def _remove_stale(prefix: str) -> None:
    for path in Path(tempfile.gettempdir()).glob(f"{prefix}-*"):
        if _is_stale(path):
            shutil.rmtree(path, ignore_errors=True)


def _is_stale(path: Path) -> bool:
    """Say whether nobody holds the directory's lock. Other users' directories never are stale."""
    try:
        lock = os.open(path / LOCK_NAME, os.O_RDWR)
    except OSError:
        return False
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    finally:
        os.close(lock)
    return True
