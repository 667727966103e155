"""One container as a kubelet runs it: started, probed, restarted when it ends or hangs, stopped."""

import os
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import psutil

from tests.chaos.silences import Silences
from tests.rehearsal.manifests import ContainerSpec, Probe

LOOK_SECONDS = 0.2
FIRST_BACK_OFF_SECONDS, LONGEST_BACK_OFF_SECONDS = 10, 300

Ask = Callable[[Probe, int], bool]
"""Whether a probe of a process, by its id, succeeds."""


class Probing:
    """One probe of one process, asked when it is due."""

    def __init__(self, probe: Probe | None, ask: Ask, pid: int) -> None:
        self._probe, self._ask, self._pid = probe, ask, pid
        self._due, self._failures, self.good = time.monotonic(), 0, probe is None

    def look(self) -> None:
        """Ask if it is due."""
        if self._probe is None or time.monotonic() < self._due:
            return
        self._due = time.monotonic() + self._probe.period_seconds
        if self._ask(self._probe, self._pid):
            self.good, self._failures = True, 0
        else:
            self._failures += 1
            self.good = self.good and not self.failed

    @property
    def failed(self) -> bool:
        """Whether it has failed as often in a row as it may."""
        return self._probe is not None and self._failures >= self._probe.failure_threshold


@dataclass(frozen=True, slots=True)
class Image:
    """How a container's program is run: its words before the container's own, and where."""

    program: Sequence[str]
    directory: Path


class Container:
    """A process of a pod. ``ready``: started, and its readiness probe content."""

    def __init__(
        self,
        spec: ContainerSpec,
        image: Image,
        environ: Mapping[str, str],
        log: Path,
        ask: Ask,
        silences: Silences,
        restarted: Callable[[str], object],
        grace_seconds: float,
    ) -> None:
        """``restarted`` hears why it was, each time."""
        self._spec, self._image, self._environ, self._log = spec, image, dict(environ), log
        self._ask, self._silences, self._grace_seconds = ask, silences, grace_seconds
        self._restarted, self._restarts = restarted, 0
        self.started = self.ready = False
        self._leaving = threading.Event()
        self._process = self._begin()
        self._thread = threading.Thread(target=self._keep, daemon=True)
        self._thread.start()

    @property
    def name(self) -> str:
        return self._spec.name

    @property
    def pid(self) -> int:
        return self._process.pid

    def family(self) -> list[int]:
        """Process ids: its own first, then its children's."""
        try:
            children = psutil.Process(self.pid).children(recursive=True)
        except psutil.NoSuchProcess:
            children = []
        return [self.pid, *(child.pid for child in children)]

    # -- how it ends

    def stop(self, seconds: float) -> None:
        """Ask it to end; kill it after so long."""
        self._leaving.set()
        self._end(seconds)
        self._thread.join()

    def kill(self) -> None:
        """Kill it and its children, without a word to anyone, and let it be gone."""
        self._leaving.set()
        self._kill(self.family())
        self._thread.join()

    def _end(self, seconds: float) -> None:
        family = self.family()
        self._silences.note(family)
        with suppress(ProcessLookupError):
            self._process.terminate()
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(seconds)
            return
        self._kill(family)

    def _kill(self, family: Sequence[int]) -> None:
        for pid in family:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        self._silences.note(family)
        self._process.wait()

    # -- how it is kept

    def _begin(self) -> "subprocess.Popen[bytes]":
        with self._log.open("ab") as log:
            return subprocess.Popen(
                [*self._image.program, *self._spec.args],
                env=self._environ, cwd=self._image.directory, stdout=log, stderr=log,
            )  # fmt: skip

    def _keep(self) -> None:
        while True:
            why = self._watch()
            self.started = self.ready = False
            if self._leaving.is_set():
                return
            if self._process.poll() is None:
                self._end(self._grace_seconds)
            self._silences.note([self.pid])
            self._leaving.wait(self._back_off_seconds())
            if self._leaving.is_set():
                return
            self._process = self._begin()
            self._restarts += 1
            self._restarted(f"{self._spec.name} {why}")

    def _watch(self) -> str:
        """Probe it; return why it has to be started again once it has."""
        startup, liveness, readiness = (
            Probing(probe, self._ask, self.pid)
            for probe in (self._spec.startup, self._spec.liveness, self._spec.readiness)
        )
        while not self._leaving.wait(LOOK_SECONDS):
            if self._process.poll() is not None:
                return f"ended with {self._process.returncode}"
            if not startup.good:
                startup.look()
                if startup.failed:
                    return "did not start in time"
                continue
            self.started = True
            liveness.look()
            if liveness.failed:
                return "liveness failed"
            readiness.look()
            self.ready = readiness.good
        return "told to"

    def _back_off_seconds(self) -> float:
        if not self._restarts:
            return 0
        doubled = FIRST_BACK_OFF_SECONDS * 2 ** (self._restarts - 1)
        return min(LONGEST_BACK_OFF_SECONDS, doubled)
