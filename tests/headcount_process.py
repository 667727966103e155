"""A ``headcount`` process as its user runs it: its log lines, metrics and exit status."""

import json
import signal
import subprocess
import sys
import urllib.request
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Self

import psutil
from prometheus_client.parser import text_string_to_metric_families

from drill.processes import environment
from drill.programs import answers
from tests.broker_process import free_port
from tests.notes import Notes
from tests.waiting import wait_until

ROOT = Path(__file__).parents[1]


class HeadcountProcess:
    """Runs ``python -m service ARGUMENTS`` with only these variables of Headcount's set."""

    def __init__(
        self,
        arguments: Sequence[str],
        broker_url: str,
        log: Path,
        variables: Mapping[str, object],
    ) -> None:
        self.command, self.log = arguments[0], log
        self.metrics_port, self.http_port, self.flower_port = (free_port() for _ in range(3))
        environ = environment(
            CELERY_BROKER_URL=broker_url,
            HEADCOUNT_METRICS_PORT=str(self.metrics_port),
            HEADCOUNT_HTTP_PORT=str(self.http_port),
            HEADCOUNT_FLOWER_PORT=str(self.flower_port),
            HEADCOUNT_WORKERS="tests.sample_jobs",
            HEADCOUNT_CONCURRENCY="2",
            PYTHONPATH=str(ROOT),
        )
        environ |= {name: str(value) for name, value in variables.items()}
        with log.open("wb") as out:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "service", *arguments],
                stdout=out, stderr=subprocess.STDOUT, env=environ, cwd=ROOT,
            )  # fmt: skip
        self.pid = self._process.pid

    def wait_until_ready(self) -> Self:
        wait_until(lambda: self.ended or self._is_ready(), 60, f"not ready; its log: {self.log}")
        return self

    def _is_ready(self) -> bool:
        match self.command:
            case "worker":
                return self.said("ready.")
            case "sidecar":
                return answers(f"http://127.0.0.1:{self.http_port}/metrics")
            case "flower":
                return answers(f"http://127.0.0.1:{self.flower_port}/healthcheck")
            case _:
                return True

    # -- what it says

    def text(self) -> str:
        return self.log.read_text(errors="replace")

    def said(self, text: str) -> bool:
        return text in self.text()

    def lines(self, event: str | None = None) -> list[dict[str, Any]]:
        """Its log lines; with ``event``, those of one event. Anything but JSON fails."""
        lines = [json.loads(line) for line in self.text().splitlines() if line.strip()]
        return [line for line in lines if event is None or line["event"] == event]

    def finished(self) -> list[dict[str, Any]]:
        """Its canonical lines, one per attempt."""
        return [
            json.loads(line)
            for line in self.text().splitlines()
            if '"event":"job_finished"' in line
        ]

    def attempts(self, job_id: str) -> list[dict[str, Any]]:
        """The canonical lines of one job."""
        return [line for line in self.finished() if line["job_id"] == job_id]

    def outcomes(self, job_id: str) -> list[str]:
        """How the attempts of one job ended."""
        return [line["outcome"] for line in self.attempts(job_id)]

    def samples(self, name: str) -> list[tuple[dict[str, str], float]]:
        """(labels, value) of every sample of this name on its ``/metrics``."""
        port = self.http_port if self.command == "sidecar" else self.metrics_port
        address = f"http://127.0.0.1:{port}/metrics"
        with urllib.request.urlopen(address, timeout=10) as answer:
            families = list(text_string_to_metric_families(answer.read().decode()))
        found = [sample for family in families for sample in family.samples]
        return [(sample.labels, sample.value) for sample in found if sample.name == name]

    def metric(self, name: str, **labels: str) -> float:
        """The sum over all samples of this name that have these labels."""
        return sum(value for its, value in self.samples(name) if labels.items() <= its.items())

    def processed(self) -> Counter[tuple[str, str, str]]:
        """(queue, task, outcome) -> attempts, as its metrics count them."""
        samples = self.samples("headcount_jobs_processed_total")
        return Counter(
            {(its["queue"], its["task"], its["outcome"]): int(n) for its, n in samples if n}
        )

    def children(self) -> list[psutil.Process]:
        return psutil.Process(self.pid).children(recursive=True)

    def memory_bytes(self) -> dict[str, int]:
        """Role -> resident bytes, as the system counts them."""
        children = sum(child.memory_info().rss for child in self.children())
        return {"parent": psutil.Process(self.pid).memory_info().rss, "children": children}

    # -- how it ends

    @property
    def ended(self) -> bool:
        return self._process.poll() is not None

    def signal(self, number: int) -> None:
        self._process.send_signal(number)

    def stop(self, timeout_seconds: float = 30) -> int:
        """Stop it as an operator would; its exit status."""
        self.signal(signal.SIGTERM)
        return self.wait(timeout_seconds)

    def wait(self, timeout_seconds: float = 30) -> int:
        return self._process.wait(timeout_seconds)

    def kill(self) -> None:
        if not self.ended:
            self._process.send_signal(signal.SIGCONT)
            self._process.kill()
            self._process.wait(10)


class Processes:
    """Starts ``headcount`` processes with one directory for their logs and their jobs' notes."""

    def __init__(self, directory: Path) -> None:
        self._directory, self._started = directory, list[HeadcountProcess]()
        self.notes = Notes(directory / "notes")

    def start(
        self, *arguments: str, broker_url: str, wait: bool = True, **variables: object
    ) -> HeadcountProcess:
        """Start one, and wait until it is ready; ``variables`` of its environment."""
        log = self._directory / f"{arguments[0]}-{len(self._started)}.log"
        variables = {"NOTES": self.notes.path, **variables}
        process = HeadcountProcess(arguments, broker_url, log, variables)
        self._started.append(process)
        return process.wait_until_ready() if wait else process

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for process in self._started:
            process.kill()
