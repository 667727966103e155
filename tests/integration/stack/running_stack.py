"""`headcount serve` as a newcomer runs it, in a directory and on ports of its own."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import redis

from service.serve.embedded import embedded_broker_url
from service.serve.ports import choose_port
from service.settings import load_settings
from tests.asking import ask
from tests.integration.serve.running_program import RunningProgram
from tests.waiting import wait_until

ROOT = Path(__file__).parents[3]
UP = "Ctrl-C stops everything"
PORTS = ("HTTP", "METRICS", "FLOWER", "PROMETHEUS")


class RunningStack:
    """Keeps its state in ``directory/.headcount``, where another stack may take over from it."""

    def __init__(self, directory, **variables):
        self.directory = directory
        self.ports = {name: choose_port("127.0.0.1") for name in PORTS}
        # Empty counts as unset: nothing of the developer's own settings gets in.
        self.environ = {name: "" for name in os.environ if name.startswith(("HEADCOUNT", "CELERY"))}
        self.environ |= {f"HEADCOUNT_{name}_PORT": str(port) for name, port in self.ports.items()}
        self.environ |= {
            "HEADCOUNT_STATE_DIR": str(directory / ".headcount"),
            "HEADCOUNT_WORKERS": "tests.sample_jobs",
            "NOTES": str(directory / "notes"),
            "PYTHONPATH": str(ROOT),
        }
        self.environ |= variables
        self.program = RunningProgram(["-m", "service", "serve"], cwd=ROOT, env=self.environ)

    def wait_until_up(self, timeout_seconds=60):
        self.program.wait_for(UP, timeout_seconds)
        wait_until(lambda: self.health()["status"] == "ok", 10, str(self.health()))
        return self

    def stop(self):
        """Press Ctrl-C and return the exit status."""
        self.program.signal_group(signal.SIGINT)
        return self.program.exit_status(60)

    # -- over HTTP

    def get(self, path, listener="HTTP"):
        """Return status and text."""
        return ask(f"http://127.0.0.1:{self.ports[listener]}{path}")

    def get_json(self, path, listener="HTTP"):
        return json.loads(self.get(path, listener)[1])

    def health(self):
        return self.get_json("/health")

    def queue(self, name):
        return self.get_json(f"/queues/{name}")["queues"][0]

    # -- from another terminal

    def command(self, *arguments):
        """Run a ``headcount`` command with the stack's settings."""
        return self._python("-m", "service", *arguments)

    def enqueue(self, *arguments):
        """Enqueue by command line and return the job's id."""
        done = self.command("enqueue", *arguments)
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()

    def script(self, code):
        """Run Python code that knows nothing but where the broker is; return what it prints."""
        names = [name for name in self.environ if name.startswith("HEADCOUNT")]
        done = self._python(
            "-c", code, CELERY_BROKER_URL=self.broker_url(), **dict.fromkeys(names, "")
        )
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()

    def _python(self, *arguments, **variables):
        return subprocess.run(
            [sys.executable, *arguments],
            cwd=ROOT, env={**os.environ, **self.environ, **variables},
            capture_output=True, text=True, timeout=60, check=False,
        )  # fmt: skip

    # -- inside

    def broker_url(self):
        return embedded_broker_url(load_settings(self.environ))

    def commands_processed(self):
        """Return how many commands the broker has processed since its start."""
        return redis.Redis.from_url(self.broker_url()).info("stats")["total_commands_processed"]

    def pid(self, name):
        return int((self.directory / ".headcount" / "pids" / f"{name}.pid").read_text())

    def ends(self, job_id):
        """Return the job's canonical lines so far."""
        prefix = "worker | {"
        lines = (line.partition(prefix)[2] for line in list(self.program.lines) if prefix in line)
        records = (json.loads("{" + line) for line in lines if job_id in line)
        return [record for record in records if record["event"] == "job_finished"]

    def wait_for_end(self, job_id, timeout_seconds=20):
        """Return the outcome of the job's last attempt."""
        wait_until(lambda: self.ends(job_id), timeout_seconds, self.program.text(job_id))
        return self.ends(job_id)[-1]["outcome"]
