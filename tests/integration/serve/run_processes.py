"""Runs little programs under the supervisor: STATE_DIR, then the programs and policy as JSON.

A program's ``ready_file`` makes it ready once that file exists.
"""

import asyncio
import json
import os
import signal
import sys
from pathlib import Path

from service.serve.pid_files import PidFiles
from service.serve.process import Process, RestartPolicy
from service.serve.streams import Output
from service.serve.supervisor import Supervisor


def process_of(name, code, ready_file=None, orphan_signal="SIGKILL", argv=None, **more):
    async def ready():
        return Path(ready_file).exists()

    return Process(
        name=name,
        argv=tuple(argv or (sys.executable, "-u", "-c", code)),
        env=os.environ,
        ready=ready if ready_file else None,
        orphan_signal=signal.Signals[orphan_signal],
        **{key: tuple(value) if isinstance(value, list) else value for key, value in more.items()},
    )


async def main(state_dir, programs, policy):
    processes = [process_of(name, **program) for name, program in programs.items()]
    output = Output(sys.stdout, list(programs), colour=False)
    pid_files = PidFiles(Path(state_dir) / "pids")
    supervisor = Supervisor(processes, output, pid_files, RestartPolicy(**policy))
    return await supervisor.run(when_ready=lambda: output.say("all are ready"))


sys.exit(asyncio.run(main(sys.argv[1], *map(json.loads, sys.argv[2:4]))))
