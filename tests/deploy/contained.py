"""Processes of the image's tree, each contained as in a container: see contained.sh."""

import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Self

import psutil

from tests.broker_process import BrokerProcess, free_port
from tests.waiting import wait_until

HERE = Path(__file__).parent
SEARCHED = "/usr/sbin:/usr/bin:/sbin:/bin"
IMAGE_VARIABLES = {
    "PYTHONPATH": "/app",
    "PYTHONUNBUFFERED": "1",
    "PYTHONDONTWRITEBYTECODE": "1",
    "HEADCOUNT_HOST": "0.0.0.0",
    "HOME": "/tmp",
    "TMPDIR": "/tmp",
}
"""The Dockerfile's, but for PATH: its tree is elsewhere."""


class Contained:
    """One of the tree's programs, as the first process of its container."""

    def __init__(
        self, tree: Path, directory: Path, words: Sequence[str], variables: Mapping[str, object]
    ) -> None:
        self._tree, self.log = tree, directory / "log"
        self.env = IMAGE_VARIABLES | {"PATH": f"{tree}/bin:{SEARCHED}"}
        self.env |= {name: str(value) for name, value in variables.items()}
        root = directory / "root"
        root.mkdir()
        inside = [root, tree, sys.base_prefix, HERE / "app", tree / "bin" / "headcount", *words]
        script = ["sh", HERE / "contained.sh", *inside]
        with self.log.open("wb") as out:
            self._unshare = subprocess.Popen(
                ["unshare", "--mount", "--pid", "--fork", "--kill-child", *script],
                stdout=out, stderr=subprocess.STDOUT, env=self.env,
            )  # fmt: skip
        self._first: psutil.Process | None = None

    @property
    def first(self) -> psutil.Process:
        """The container's first process, seen from outside."""
        if self._first is None:
            seen = psutil.Process(self._unshare.pid)
            [self._first] = wait_until(seen.children, 10, "nothing was started")
        return self._first

    def ask(self, *command: str) -> int:
        """Run a program inside, as ``docker exec`` does; its exit status."""
        enter = ["nsenter", f"--target={self.first.pid}", "--mount", "--pid", "--root"]
        user = ["setpriv", "--reuid=65532", "--regid=65532", "--clear-groups"]
        return subprocess.run(
            [*enter, *user, *command], env=self.env, check=False, timeout=30
        ).returncode

    def is_healthy(self) -> bool:
        """Ask the health check that the image has."""
        program = f"{self._tree}/bin/python"
        return self.ask(program, "-I", f"{self._tree}/healthcheck.py") == 0

    def is_up(self) -> bool:
        """Say whether it has come as far as to say something, and answers where it listens."""
        return bool(self.text()) and self.is_healthy()

    def written(self) -> set[str]:
        """What it has in /tmp, beside the way to the tree."""
        names = {one.name for one in Path(f"/proc/{self.first.pid}/root/tmp").iterdir()}
        return names - set(self._tree.parts)

    def zombies(self) -> list[psutil.Process]:
        """Processes that ended and nobody asked after."""
        below = self.first.children()
        return [one for one in below if one.status() == psutil.STATUS_ZOMBIE]

    def wait(self, timeout_seconds: float = 30) -> int:
        return self._unshare.wait(timeout_seconds)

    def stop(self, timeout_seconds: float) -> int:
        """Stop it as a container is stopped; its exit status."""
        self.first.terminate()
        return self._unshare.wait(timeout_seconds)

    def text(self) -> str:
        return self.log.read_text(errors="replace")

    def kill(self) -> None:
        """Kill its first process, and with it all within: changing the user undoes --kill-child."""
        if self._unshare.poll() is None:
            self.first.kill()
        self._unshare.wait(10)


class Containers:
    """Starts containers on one broker, each process with a port of its own."""

    def __init__(self, tree: Path, directory: Path, broker: BrokerProcess) -> None:
        self._tree, self._directory = tree, directory
        self._started: dict[str, Contained] = {}
        self._variables = {
            "CELERY_BROKER_URL": broker.url,
            "HEADCOUNT_WORKERS": "left_behind",
            "HEADCOUNT_CONCURRENCY": 2,
            "HEADCOUNT_FLOWER_USER": "flower",
            "HEADCOUNT_FLOWER_PASSWORD": "flower",
            **free_ports(),
        }

    @property
    def ready_url(self) -> str:
        """Where the sidecar says whether the worker is ready."""
        return f"http://127.0.0.1:{self._variables['HEADCOUNT_HTTP_PORT']}/health/ready"

    def start(self, *words: str) -> Contained:
        return self._start(words[0], words, self._variables)

    def start_another(self, command: str) -> Contained:
        """Start one more of a kind, with ports of its own."""
        return self._start(f"another-{command}", [command], self._variables | free_ports())

    def _start(self, name: str, words: Sequence[str], variables: Mapping[str, object]) -> Contained:
        directory = self._directory / name
        directory.mkdir()
        made = self._started[name] = Contained(self._tree, directory, words, variables)
        return made

    def __getitem__(self, command: str) -> Contained:
        return self._started[command]

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for one in self._started.values():
            one.kill()


def free_ports() -> dict[str, object]:
    return {f"HEADCOUNT_{kind}_PORT": free_port() for kind in ("METRICS", "HTTP", "FLOWER")}


def may_contain() -> bool:
    """Say whether this machine lets us make mounts and processes of their own."""
    probe = ["unshare", "--mount", "--pid", "--fork", "true"]
    try:
        return os.geteuid() == 0 and subprocess.run(probe, check=False).returncode == 0
    except FileNotFoundError:
        return False
