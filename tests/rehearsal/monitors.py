"""Prometheus, which is told who is there to be scraped, and Alertmanager."""

import json
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from threading import Lock
from typing import Self

from alerts.pace import Pace
from drill import monitoring
from drill.programs import answers
from drill.watch import Watch
from service.serve.ports import choose_port
from tests.waiting import wait_until

PACE = Pace(20.0, 6)
SCRAPED = {"worker": 9808, "sidecar": 8000}
"""Containers that have metrics, and their ports in the manifests."""


class Monitors:
    """Both of them, from ``with`` on. ``watch`` sees of what people are told."""

    def __init__(self, directory: Path) -> None:
        self._directory, self._writing, self._running = directory, Lock(), ExitStack()
        self._ports = choose_port(monitoring.HOST), choose_port(monitoring.HOST)
        self.watch = Watch(self._ports[1])

    def discover(self, addresses: Mapping[str, Sequence[str]]) -> None:
        """Let Prometheus know of these, by container, and of no others."""
        with self._writing:
            for container, found in addresses.items():
                unfinished = self._file(container).with_suffix(".tmp")
                unfinished.write_text(json.dumps([{"targets": found}]))
                unfinished.rename(self._file(container))

    def _file(self, container: str) -> Path:
        return self._directory / f"{container}s.json"

    def __enter__(self) -> Self:
        jobs = {
            f"headcount-{container}": {"file_sd_configs": [{"files": [str(self._file(container))]}]}
            for container in SCRAPED
        }
        for member in (
            monitoring.alertmanager(self._directory, self._ports[1]),
            monitoring.prometheus(self._directory, PACE, *self._ports, jobs),
        ):
            member.start()
            self._running.callback(member.stop)
        ready = [f"http://{monitoring.HOST}:{port}/-/ready" for port in self._ports]
        wait_until(lambda: all(map(answers, ready)), 30, "Prometheus or Alertmanager is not ready")
        return self

    def __exit__(self, *_: object) -> None:
        self._running.close()
