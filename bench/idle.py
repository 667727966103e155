"""What a worker costs that has nothing to do: its CPU, and what it asks of the broker.

All idle side by side, each with a broker of its own, so that they share the machine's moods. A
request is whatever comes to the broker at once; ``commands_per_second`` counts every command,
those in scripts as well.
"""

import time
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass

from bench.broker import Broker, running_broker
from bench.contestants import Contestant, as_shipped, headcount, plain
from bench.process_tree import fine_cpu_seconds
from bench.results import Result, Target
from bench.rounds import Figures, medians, ratio

WARM, SETTLE_SECONDS, WINDOWS, WINDOW_SECONDS = 100, 5.0, 3, 20.0

ROWS = {
    "cpu_seconds_per_second": "idle worker tree's CPU",
    "requests_per_second": "idle worker's requests to the broker",
}


def measure() -> Iterator[Result]:
    """Measure against plain Celery without its chatter, and as it ships."""
    base, shipped = plain(), as_shipped()
    theirs, again, chatty, ours = _side_by_side([base, base, shipped, headcount()])
    for beside, against, stock in (
        ("stock without gossip and mingle", base, theirs),
        ("stock as it ships", shipped, chatty),
    ):
        for name, row in ROWS.items():
            yield Result(
                row=f"{row}, {beside}",
                against=against.name,
                figure=ratio(ours, stock, name),
                target=Target(at_most=1.0),
                noise=ratio(again, theirs, name),
                measured={
                    **{f"ours_{key}": value for key, value in medians(ours).items()},
                    **{f"theirs_{key}": value for key, value in medians(stock).items()},
                },
            )


@dataclass(frozen=True, slots=True)
class Idler:
    """An idle worker and its broker."""

    broker: Broker
    pid: int

    def used(self) -> Figures:
        """Return what it has used so far."""
        return {
            "cpu_seconds_per_second": fine_cpu_seconds(self.pid),
            "requests_per_second": self.broker.round_trips(),
            "commands_per_second": self.broker.commands(),
        }


def _side_by_side(contestants: list[Contestant]) -> list[list[Figures]]:
    with ExitStack() as running:
        idlers = [_idler(one, running) for one in contestants]
        time.sleep(SETTLE_SECONDS)
        measured: list[list[Figures]] = [[] for _ in idlers]
        for _ in range(WINDOWS):
            for figures, rates in zip(measured, _window(idlers), strict=True):
                figures.append(rates)
        return measured


def _idler(who: Contestant, running: ExitStack) -> Idler:
    broker = running.enter_context(running_broker())
    worker = running.enter_context(who.working(broker))
    who.work_off(broker, "noop", WARM)
    return Idler(broker, worker.pid)


def _window(idlers: list[Idler]) -> list[Figures]:
    """Return what each used a second, in one window of time."""
    before = [(time.monotonic(), idler.used()) for idler in idlers]
    time.sleep(WINDOW_SECONDS)
    rates = []
    for idler, (begun, had) in zip(idlers, before, strict=True):
        seconds, used = time.monotonic() - begun, idler.used()
        rates.append({name: (used[name] - had[name]) / seconds for name in used})
    return rates
