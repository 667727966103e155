"""Round trips to the broker per no-op job on a full queue.

Counted by the broker, as often as it read from a connection: commands written at once are one
round trip, and what a script does inside is none. The benchmark's own requests are counted as they
are made, and left out. The worker's background (its report, renewals, promotion) is counted in;
``background_per_second`` is what that comes to once nothing is left to do.
"""

import time
from collections.abc import Iterator

from bench.broker import Broker, running_broker
from bench.contestants import Contestant, headcount, plain
from bench.process_tree import suspended
from bench.results import Result, Target
from bench.rounds import Figures, medians, rounds
from bench.waiting import until

JOBS, ROUNDS, WARM, IDLE_SECONDS = 2000, 3, 200, 2.0

TARGETS = {(2, 4): 0.25, (2, 1): 1.0, (8, 4): 0.125, (8, 1): 0.5}
"""(Concurrency, prefetch) -> the most round trips a job may cost."""


def measure() -> Iterator[Result]:
    """Measure at concurrency 2 and 8, prefetch 4 and 1."""
    with running_broker() as broker:
        for concurrency in (2, 8):
            base = plain(concurrency)
            contestants = [base, headcount(concurrency, 4), headcount(concurrency, 1)]
            theirs, four, one = rounds(ROUNDS, contestants, lambda who: _round_trips(broker, who))
            for prefetch, ours in ((4, four), (1, one)):
                yield Result(
                    row=f"round trips per job, prefetch {prefetch}, concurrency {concurrency}",
                    against=base.name,
                    figure=medians(ours)["round_trips"],
                    unit=" a job",
                    target=Target(at_most=TARGETS[concurrency, prefetch]),
                    measured={
                        **{f"ours_{key}": value for key, value in medians(ours).items()},
                        **{f"theirs_{key}": value for key, value in medians(theirs).items()},
                    },
                )


def _round_trips(broker: Broker, who: Contestant) -> Figures:
    broker.client.flushall()
    with who.working(broker) as worker:
        who.work_off(broker, "noop", WARM)
        with suspended(worker.pid):  # so that all begin with a full queue
            who.enqueue(broker, "noop", JOBS)
            begun = broker.round_trips()
        polls = Polls(broker)
        until(polls.drained, 120)
        trips = broker.round_trips() - begun - polls.made - 1
        return {"round_trips": trips / JOBS, "background_per_second": _background(broker)}


def _background(broker: Broker) -> float:
    begun, started = broker.round_trips(), time.monotonic()
    time.sleep(IDLE_SECONDS)
    return (broker.round_trips() - begun - 1) / (time.monotonic() - started)


class Polls:
    """Asks the broker whether all has been done; ``made``: how often, each one round trip."""

    def __init__(self, broker: Broker) -> None:
        self._broker, self.made = broker, 0

    def drained(self) -> bool:
        """Return whether nothing waits and nothing runs."""
        self.made += 1
        asked = self._broker.client.pipeline(transaction=False)
        for queue in ("critical", "default", "low", "celery"):
            asked.llen(queue)
        return not any(asked.hlen("unacked").execute())
