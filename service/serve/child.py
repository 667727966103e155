"""One run of a process: its start, its lines, its end."""

import asyncio
import contextlib
import os
import signal
import time
from typing import Self

from service.serve.parent_death import tie_to_parent
from service.serve.process import Process
from service.serve.streams import Output, copy_lines

LAST_LINES_SECONDS = 1.0
"""How long the pipe of a dead process is read on, should a stranger still hold its other end."""


class Child:
    """A running process. ``exit`` is done when it ended: its status, or minus a signal's number."""

    def __init__(self, running: asyncio.subprocess.Process, copying: asyncio.Task[None]) -> None:
        self.pid = running.pid
        self.started_at = time.monotonic()
        self._running = running
        self._copying = copying
        self._swept = False
        self.exit = asyncio.create_task(self._wait())

    @classmethod
    async def spawn(cls, process: Process, output: Output) -> Self:
        """Start ``process`` in a session of its own, so a terminal's Ctrl-C does not reach it.

        Must run in the main thread. Raises OSError where the program cannot be started.
        """
        # An own pipe: asyncio's would have wait() depend on who else holds its other end.
        read_end, write_end = os.pipe()
        try:
            running = await _start(process, write_end)
        except BaseException:
            os.close(read_end)
            raise
        finally:
            os.close(write_end)
        return cls(running, asyncio.create_task(copy_lines(read_end, output, process.name)))

    def signal(self, number: signal.Signals) -> None:
        """Send a signal to the process alone; what it started is its own to stop."""
        with contextlib.suppress(ProcessLookupError):
            self._running.send_signal(number)

    def kill(self) -> None:
        """Kill the process and all that it started."""
        # PermissionError: what macOS says of a group that holds only a zombie.
        if not self._swept:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self.pid, signal.SIGKILL)

    def lived_seconds(self) -> float:
        """Return the seconds since the start."""
        return time.monotonic() - self.started_at

    async def _wait(self) -> int:
        status = await self._running.wait()
        self.kill()  # what it left behind in its group
        self._swept = True  # from here on the number may belong to someone else
        await asyncio.wait({self._copying}, timeout=LAST_LINES_SECONDS)
        self._copying.cancel()
        return status


async def _start(process: Process, write_end: int) -> asyncio.subprocess.Process:
    return await asyncio.create_subprocess_exec(
        *process.argv,
        stdin=asyncio.subprocess.DEVNULL,
        stdout=write_end,
        stderr=write_end,
        env=dict(process.env),
        start_new_session=True,
        preexec_fn=tie_to_parent(process.orphan_signal),
    )
