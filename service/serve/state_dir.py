"""The directory in which ``serve`` keeps what must outlive it, and the lock on it."""

import contextlib
import fcntl
import os
from collections.abc import Iterator
from pathlib import Path

from service.errors import ServeError
from service.serve.pid_files import recorded_process

LOCK_NAME = "serve.lock"


def open_state_dir(path: Path) -> Path:
    """Create the directory, for this user alone, unless it exists; return its absolute path.

    Raises:
        ServeError: it cannot be used. The command line prints it and exits.
    """
    try:
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise ServeError(
            f"the state directory {path} cannot be created: {error.strerror}; "
            "set HEADCOUNT_STATE_DIR to a directory you may write"
        ) from None
    return path.resolve()


@contextlib.contextmanager
def hold_state_dir(path: Path) -> Iterator[None]:
    """Hold the directory for one ``serve``. The kernel lets go of it when the process ends.

    Raises:
        ServeError: another one holds it, or it cannot be written.
    """
    with _lock_file(path) as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            holder = os.pread(lock, 32, 0).decode().strip() or "unknown"
            raise ServeError(
                f"`headcount serve` already runs on {path} (pid {holder}); stop it, "
                "or set HEADCOUNT_STATE_DIR and the ports for a second stack"
            ) from None
        os.ftruncate(lock, 0)
        os.pwrite(lock, f"{os.getpid()}\n".encode(), 0)
        yield


def is_held(path: Path) -> bool:
    """Return whether a ``serve`` runs on the directory; takes no lock, so it is in nobody's way."""
    return recorded_process(path / LOCK_NAME) is not None


@contextlib.contextmanager
def _lock_file(path: Path) -> Iterator[int]:
    try:
        lock = os.open(path / LOCK_NAME, os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as error:
        raise ServeError(
            f"the state directory {path} cannot be written: {error.strerror}; "
            "set HEADCOUNT_STATE_DIR to a directory you may write"
        ) from None
    try:
        yield lock
    finally:
        os.close(lock)


def write_private(path: Path, text: str) -> None:
    """Replace the file by ``text``, in one step and readable by this user alone."""
    new = path.with_name(f"{path.name}.new")
    new.unlink(missing_ok=True)
    new.touch(mode=0o600, exist_ok=False)
    new.write_text(text)
    new.replace(path)
