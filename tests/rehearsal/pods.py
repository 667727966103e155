"""A pod: containers with one address and one host name, started, drained and lost together."""

import os
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from deploy.healthcheck import wakes_up
from tests.chaos.silences import Silences
from tests.rehearsal.containers import Container, Image
from tests.rehearsal.manifests import ContainerSpec, PodSpec, Probe
from tests.waiting import wait_until

PORTS = {8000: "HEADCOUNT_HTTP_PORT", 9808: "HEADCOUNT_METRICS_PORT", 5555: "HEADCOUNT_FLOWER_PORT"}
"""Where the manifests have processes listen, and what moves them."""

START_SECONDS = 60
SIDECARS_SECONDS = 2
"""What a kubelet gives sidecars that are left when the pod's grace is over."""


@dataclass(frozen=True, slots=True)
class Release:
    """A version of the application: a checkout with its interpreter, and its job modules."""

    name: str
    checkout: Path
    modules: str

    @property
    def python(self) -> str:
        """Its interpreter: its own environment's, or this one's."""
        own = self.checkout / ".venv" / "bin" / "python"
        return str(own) if own.exists() else sys.executable


@dataclass(frozen=True, slots=True)
class Place:
    """Where a pod runs. ``ports``: a manifest's port -> the one used in its place."""

    name: str
    address: str
    ports: Mapping[int, int]
    directory: Path

    @property
    def variables(self) -> dict[str, str]:
        """What a pod's processes are told of it."""
        return {
            "HEADCOUNT_HOST": self.address,
            "HEADCOUNT_HEALTH_URL": f"http://{self.address}:{self.ports[8000]}/health",
            **{variable: str(self.ports[port]) for port, variable in PORTS.items()},
        }

    def answers(self, probe: Probe, pid: int) -> bool:
        """Ask what a probe asks of a process."""
        if probe.port is None:
            return wakes_up(pid, probe.timeout_seconds)
        url = f"http://{self.address}:{self.ports[probe.port]}{probe.path}"
        try:
            with urllib.request.urlopen(url, timeout=probe.timeout_seconds):
                return True
        except OSError:
            return False


class Pod:
    """Runs from its making on. Its processes know its name as their host's (a UTS namespace)."""

    def __init__(
        self,
        spec: PodSpec,
        place: Place,
        release: Release,
        environ: Mapping[str, Mapping[str, str]],
        silences: Silences,
        restarted: Callable[[str], object],
        grace_seconds: float,
    ) -> None:
        """``environ``: the broker's user -> the environment of containers that use it.

        ``restarted`` hears which container was, and why.
        """
        self.place, self.release = place, release
        self._environ, self._silences, self._restarted = environ, silences, restarted
        self._grace_seconds = grace_seconds
        self.sidecars = [self._start(one) for one in spec.sidecars]
        wait_until(lambda: all(one.started for one in self.sidecars), START_SECONDS)
        self.containers = [self._start(one) for one in spec.containers]

    def _start(self, spec: ContainerSpec) -> Container:
        named = ["unshare", *rights(), "--uts", "sh", "-c", 'hostname "$0" && exec "$@"']
        program = [*named, self.place.name, self.release.python, "-m", "service"]
        return Container(
            spec,
            Image(program, self.release.checkout),
            self._environ[spec.user]
            | self.place.variables
            | {"HEADCOUNT_WORKERS": self.release.modules, "PYTHONPATH": str(self.release.checkout)},
            self.place.directory / f"{self.place.name}-{spec.name}.log",
            self.place.answers,
            self._silences,
            self._restarted,
            self._grace_seconds,
        )

    def __iter__(self) -> Iterator[Container]:
        """Yield its containers, in the order of their start."""
        return iter([*self.sidecars, *self.containers])

    @property
    def ready(self) -> bool:
        """Whether all of it is."""
        return all(one.ready for one in self)

    def stop(self) -> None:
        """End it as Kubernetes does: SIGTERM, the grace, SIGKILL; sidecars last."""
        deadline = time.monotonic() + self._grace_seconds
        for group in (self.containers, reversed(self.sidecars)):
            for one in group:
                one.stop(max(SIDECARS_SECONDS, deadline - time.monotonic()))

    def lose(self) -> None:
        """Let it be gone at once, as with its machine."""
        for one in self:
            one.kill()


def rights() -> list[str]:
    """Return what lets anybody else than root have a host name of their own."""
    return ["--user", "--map-root-user"] if os.geteuid() else []
