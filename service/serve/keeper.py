"""Keeps one process running until told to stop. Does not know the other processes."""

import asyncio
import time
from collections.abc import Callable

from service.serve.child import Child
from service.serve.pid_files import PidFiles
from service.serve.process import Process, RestartPolicy, describe_exit
from service.serve.streams import Output

READY_POLL_SECONDS = 0.05


class Keeper:
    """Starts a process, starts it again when it dies, and stops it.

    ``fail`` is called with a line that says why, when the process cannot be kept running.
    """

    def __init__(
        self,
        process: Process,
        output: Output,
        pid_files: PidFiles,
        policy: RestartPolicy,
        fail: Callable[[str], None],
    ) -> None:
        self.process = process
        self.ready = asyncio.Event()
        self._output = output
        self._pid_files = pid_files
        self._policy = policy
        self._fail = fail
        self._stopping = asyncio.Event()
        self._grace_seconds = process.grace_seconds
        self._quick_deaths = 0
        self._child: Child | None = None

    def stop(self) -> None:
        """Have the process stopped, within its grace; :meth:`keep` returns when it is gone."""
        self._stopping.set()

    def kill(self) -> None:
        """Have the process gone at once."""
        self._stopping.set()
        self._grace_seconds = 0
        if self._child is not None:
            self._child.kill()

    async def keep(self) -> None:
        """Run the process, again and again, until stopped."""
        try:
            while not self._stopping.is_set():
                await self._run_once()
        finally:
            self.kill()
            self._pid_files.remove(self.process.name)

    async def become_ready(self) -> None:
        """Wait until the process is ready, then set ``ready``; fail where it takes too long."""
        started_at = time.monotonic()
        while not await self._is_ready():
            if time.monotonic() - started_at > self.process.ready_seconds:
                limit = self.process.ready_seconds
                self._fail(f"{self.process.name} was not ready within {limit:g} s")
                return
            await asyncio.sleep(READY_POLL_SECONDS)
        state = "is ready" if self.process.ready else "runs"
        self._output.say(f"{self.process.name} {state} ({time.monotonic() - started_at:.1f} s)")
        self.ready.set()

    async def _is_ready(self) -> bool:
        if self._child is None or self._child.exit.done():
            return False
        return self.process.ready is None or await self.process.ready()

    async def _run_once(self) -> None:
        try:
            child = await Child.spawn(self.process, self._output)
        except OSError as error:
            self._fail(f"{self.process.name} cannot be started: {error}")
            self.stop()
            return
        self._child = child
        self._pid_files.write(self.process.name, child.pid)
        await self._attend(child)

    async def _attend(self, child: Child) -> None:
        """Stay with the child until it died, or until it is to be stopped."""
        stopping = asyncio.ensure_future(self._stopping.wait())
        await asyncio.wait({child.exit, stopping}, return_when=asyncio.FIRST_COMPLETED)
        stopping.cancel()
        if self._stopping.is_set():
            await self._end(child)
        else:
            await self._after_death(await child.exit, child.lived_seconds())

    async def _end(self, child: Child) -> None:
        name, asked_at = self.process.name, time.monotonic()
        child.signal(self.process.stop_signal)
        await asyncio.wait({child.exit}, timeout=self._grace_seconds)
        if not child.exit.done() and self._grace_seconds:
            self._output.say(f"{name} did not stop within {self._grace_seconds:g} s; killing it")
        child.kill()
        how = describe_exit(await child.exit)
        self._output.say(f"{name} stopped ({how}, {time.monotonic() - asked_at:.1f} s)")

    async def _after_death(self, status: int, lived_seconds: float) -> None:
        settled = lived_seconds >= self._policy.settled_seconds
        self._quick_deaths = 0 if settled else self._quick_deaths + 1
        died = f"{self.process.name} died ({describe_exit(status)})"
        if self._quick_deaths >= self._policy.quick_deaths_allowed:
            self._fail(f"{died}, {self._quick_deaths} times in a row")
            self.stop()
            return
        delay_seconds = self._policy.delay_seconds(self._quick_deaths)
        self._output.say(f"{died}; starting it again in {delay_seconds:g} s")
        await self._pause(delay_seconds)

    async def _pause(self, seconds: float) -> None:
        try:
            async with asyncio.timeout(seconds):
                await self._stopping.wait()
        except TimeoutError:
            return
