"""``pids/<name>.pid`` of every running process, and what an earlier ``serve`` left running."""

from pathlib import Path

import psutil

CLOCK_TOLERANCE_SECONDS = 2.0


class PidFiles:
    """The pid files in ``directory``; exists from the first write on."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory

    def write(self, name: str, pid: int) -> None:
        """Record that the process ``name`` now runs as ``pid``."""
        self._directory.mkdir(parents=True, exist_ok=True)
        self._path(name).write_text(f"{pid}\n")

    def remove(self, name: str) -> None:
        """Forget the process ``name``."""
        self._path(name).unlink(missing_ok=True)

    def has(self, name: str) -> bool:
        """Return whether the process ``name`` is kept, though it may be dead for the moment."""
        return self._path(name).exists()

    def stop_leftovers(self, grace_seconds: float) -> list[str]:
        """Stop what a killed ``serve`` left running; return the names. Call it under the lock."""
        left = {path.stem: recorded_process(path) for path in self._directory.glob("*.pid")}
        running = {name: process for name, process in left.items() if process}
        for process in running.values():
            process.terminate()
        _, stubborn = psutil.wait_procs(list(running.values()), timeout=grace_seconds)
        for process in stubborn:
            process.kill()
        for name in left:
            self.remove(name)
        return sorted(running)

    def _path(self, name: str) -> Path:
        return self._directory / f"{name}.pid"


def recorded_process(path: Path) -> psutil.Process | None:
    """Return the process whose number the file holds, if it still runs."""
    try:
        process = psutil.Process(int(path.read_text()))
        # Whoever got the number later was started after the file was written.
        same = process.create_time() <= path.stat().st_mtime + CLOCK_TOLERANCE_SECONDS
        return process if same and process.status() != psutil.STATUS_ZOMBIE else None
    except (OSError, ValueError, psutil.Error):
        return None
