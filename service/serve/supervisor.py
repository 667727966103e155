"""Runs the processes of a stack together: start in order, stop in reverse, signals, exit status."""

import asyncio
import contextlib
import signal
from collections.abc import Awaitable, Callable, Iterator, Sequence

from service.serve.keeper import Keeper
from service.serve.pid_files import PidFiles
from service.serve.process import Process, RestartPolicy
from service.serve.streams import Output

EXIT_STOPPED = 0
EXIT_FAILED = 1
EXIT_INTERRUPTED = 130
"""What a shell reports of a program that Ctrl-C killed: 128 + SIGINT."""


class Supervisor:
    """Runs ``processes`` until a signal comes or one of them cannot be kept running."""

    def __init__(
        self,
        processes: Sequence[Process],
        output: Output,
        pid_files: PidFiles,
        policy: RestartPolicy | None = None,
    ) -> None:
        self._output = output
        self._stop = asyncio.Event()
        self._status = EXIT_STOPPED
        self._reason = ""
        self._keepers = {
            process.name: Keeper(process, output, pid_files, policy or RestartPolicy(), self._fail)
            for process in processes
        }
        self._tasks: dict[str, asyncio.Task[None]] = {}

    async def run(self, when_ready: Callable[[], None]) -> int:
        """Run until stopped and return the exit status; call ``when_ready`` once all are ready.

        Must be awaited in the main thread: it takes over SIGINT, SIGTERM and SIGHUP.
        """
        with self._signals():
            async with asyncio.TaskGroup() as tasks:
                for name, keeper in self._keepers.items():
                    self._tasks[name] = tasks.create_task(self._tend(keeper))
                await self._unless_stopped(self._announce(when_ready))
                await self._unless_stopped(self._output_lost())
                await asyncio.gather(*map(self._stop_in_turn, self._keepers.values()))
        self._output.say(f"stopped: {self._reason}" if self._reason else "stopped")
        return self._status

    async def _tend(self, keeper: Keeper) -> None:
        needed = (self._keepers[name].ready.wait() for name in keeper.process.needs)
        await self._unless_stopped(asyncio.gather(*needed))
        if self._stop.is_set():
            return
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(keeper.keep())
            await self._unless_stopped(keeper.become_ready())

    async def _announce(self, when_ready: Callable[[], None]) -> None:
        await asyncio.gather(*(keeper.ready.wait() for keeper in self._keepers.values()))
        when_ready()

    async def _output_lost(self) -> None:
        await self._output.closed.wait()
        self._fail("nobody reads the output any more")

    async def _stop_in_turn(self, keeper: Keeper) -> None:
        """Stop a process once all that must stop before it are gone."""
        earlier = [
            self._tasks[other.process.name]
            for other in self._keepers.values()
            if keeper.process.stops_after(other.process)
        ]
        if earlier:
            await asyncio.wait(earlier)
        keeper.stop()

    def _fail(self, reason: str) -> None:
        if not self._stop.is_set():
            self._status, self._reason = EXIT_FAILED, reason
            self._output.say(f"{reason}; stopping everything (Ctrl-C kills it at once)")
        self._stop.set()

    def _ask_to_stop(self) -> None:
        if not self._stop.is_set():
            self._output.say("stopping (Ctrl-C again kills everything at once)")
        self._stop.set()

    def _interrupt(self) -> None:
        if not self._stop.is_set():
            self._ask_to_stop()
            return
        self._status, self._reason = EXIT_INTERRUPTED, "everything was killed"
        for keeper in self._keepers.values():
            keeper.kill()

    async def _unless_stopped(self, awaitable: Awaitable[object]) -> None:
        """Wait for ``awaitable``, but only until the stack is to stop."""
        wanted = asyncio.ensure_future(awaitable)
        stop = asyncio.ensure_future(self._stop.wait())
        try:
            await asyncio.wait({wanted, stop}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            stop.cancel()
            wanted.cancel()  # nothing happens to it if it is done
        if wanted.done() and not wanted.cancelled():
            wanted.result()

    @contextlib.contextmanager
    def _signals(self) -> Iterator[None]:
        loop = asyncio.get_running_loop()
        handlers = {
            signal.SIGINT: self._interrupt,
            signal.SIGTERM: self._ask_to_stop,
        }
        if signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:  # as nohup leaves it
            handlers[signal.SIGHUP] = self._ask_to_stop
        for number, handler in handlers.items():
            loop.add_signal_handler(number, handler)
        try:
            yield
        finally:
            for number in handlers:
                loop.remove_signal_handler(number)
