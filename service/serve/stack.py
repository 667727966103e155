"""Runs the local stack: one state directory, one supervisor, one stream of lines."""

import sys
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import TextIO

from service.serve.pid_files import PidFiles
from service.serve.ports import require_free_ports
from service.serve.processes import Stack, build_stack, port_uses, prometheus_program
from service.serve.state_dir import hold_state_dir, open_state_dir
from service.serve.streams import Output
from service.serve.summary import summary_lines
from service.serve.supervisor import Supervisor
from service.settings import Settings

LEFTOVER_GRACE_SECONDS = 10.0


async def run_stack(
    settings: Settings, environ: Mapping[str, str], stdout: TextIO | None = None
) -> int:
    """Run the whole stack in the foreground until it is stopped; return the exit status.

    0: stopped by Ctrl-C or SIGTERM; 1: a process could not be kept running; 130: killed by a
    second Ctrl-C. Must be awaited in the main thread.

    Raises:
        ServeError: it cannot start. The command line prints it and exits.
    """
    stdout = stdout or sys.stdout
    state_dir = open_state_dir(settings.state_dir)
    with hold_state_dir(state_dir):
        pid_files = PidFiles(state_dir / "pids")
        left = pid_files.stop_leftovers(LEFTOVER_GRACE_SECONDS)
        stack = _prepare(settings, environ, state_dir, on_terminal=stdout.isatty())
        output = _output(stdout, stack, environ)
        if left:
            output.say(f"stopped what an earlier serve left running: {', '.join(left)}")
        summary = summary_lines(settings, stack.broker, has_prometheus=stack.has_prometheus)
        supervisor = Supervisor(stack.processes, output, pid_files)
        return await supervisor.run(when_ready=partial(output.say, *summary))


def _prepare(
    settings: Settings, environ: Mapping[str, str], state_dir: Path, *, on_terminal: bool
) -> Stack:
    has_prometheus = prometheus_program(environ) is not None
    require_free_ports(settings.host, port_uses(settings, has_prometheus=has_prometheus))
    return build_stack(settings, environ, state_dir, on_terminal=on_terminal)


def _output(stdout: TextIO, stack: Stack, environ: Mapping[str, str]) -> Output:
    colour = stdout.isatty() and not environ.get("NO_COLOR")
    return Output(stdout, [process.name for process in stack.processes], colour=colour)
