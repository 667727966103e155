"""What a chaos test plays on: broker, fleet, enqueuers, records, and the judge at the end."""

import random
import time
from collections import Counter
from collections.abc import Callable, Iterable
from typing import Any

import pytest

from tests.broker_process import BrokerProcess
from tests.chaos.enqueuer import Enqueuer, Load
from tests.chaos.fleet import Fleet
from tests.chaos.judge import Verdict, judge
from tests.chaos.record import Run, read_runs
from tests.chaos.silences import Silences
from tests.headcount_process import HeadcountProcess, Processes
from tests.waiting import wait_until

LEASE_SECONDS = 3
SLOTS = 4


class Scene:
    """``url`` is where workers find the broker; ``events`` counts what was done to whom."""

    def __init__(self, broker: BrokerProcess, processes: Processes, rng: random.Random) -> None:
        self.broker, self.rng, self.url = broker, rng, broker.url
        self._processes = processes
        self.silences, self.enqueuer = Silences(), Enqueuer()
        self.fleet = Fleet(self._start_worker, self.silences)
        self.variables: dict[str, object] = {
            "HEADCOUNT_WORKERS": "tests.chaos.jobs",
            "HEADCOUNT_LEASE_SECONDS": LEASE_SECONDS,
            "HEADCOUNT_CONCURRENCY": SLOTS,
            # A port chosen beforehand may be taken by the time a worker is replaced.
            "HEADCOUNT_METRICS_PORT": 0,
        }
        self.events = Counter[str]()
        self.verdict: Verdict | None = None

    def start(self, command: str, **options: Any) -> HeadcountProcess:
        """Start any ``headcount`` process on this scene's broker."""
        return self._processes.start(command, broker_url=self.url, **{**self.variables, **options})

    def _start_worker(self) -> HeadcountProcess:
        return self.start("worker", wait=False)

    def load(self, per_second: float) -> Load:
        """Return a load of mixed jobs, running while entered."""
        return Load(self.enqueuer, self.rng, per_second)

    def pass_time(self, least_seconds: float, most_seconds: float | None = None) -> None:
        """Let time pass: what happens meanwhile is what is tested."""
        time.sleep(self.rng.uniform(least_seconds, most_seconds or least_seconds))

    def inflict(self, disturb: "Callable[[Scene], None]") -> None:
        """Let something befall this scene, and count it."""
        self.events[disturb.__name__.replace("_", " ")] += 1
        disturb(self)

    def runs(self) -> dict[str, list[Run]]:
        """Tag -> the runs its job has recorded."""
        return read_runs(self._processes.notes.path)

    def wait_for(self, tags: Iterable[str], within_seconds: float) -> None:
        """Wait until each of these jobs has begun that the broker accepted."""
        wanted = set(tags) & self.enqueuer.accepted.keys()
        wait_until(lambda: self.runs().keys() >= wanted, within_seconds)

    def judge(self, within_seconds: float, unreadable: int = 0) -> Verdict:
        """Wait until nothing is pending, at most so long, then judge."""
        try:
            wait_until(lambda: not self.broker.pending(), within_seconds)
        except pytest.fail.Exception:
            print("jobs are still pending; the verdict says which")
        runs = self.runs()
        self.verdict = judge(self.enqueuer, runs, self.silences, self.broker, unreadable)
        print(self)
        return self.verdict

    def __str__(self) -> str:
        events = ", ".join(f"{event}: {count}" for event, count in self.events.items())
        return f"{events or 'undisturbed'}; {self.verdict}"
