"""What came of the acts: lost, doubled, late, who was restarted, and of what people were told."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from service.queues import QUEUES
from tests.chaos import jobs
from tests.chaos.enqueuer import Enqueuer
from tests.chaos.judge import Verdict
from tests.chaos.record import Run
from tests.rehearsal.acts import Act
from workers import Worker

COLUMNS = (
    *(
        "what happened",
        "took",
        "jobs",
        "refused",
        "lost",
        "repeated",
        "doubled",
        "late",
        "longest wait",
    ),
    *("restarts", "alerts"),
)
ATTRIBUTED = ("lost", "repeated")
"""Faults that are judged by what happened at the time."""

THRESHOLDS = {queue.name: queue.wait_threshold_seconds for queue in QUEUES}


@dataclass(slots=True)
class Performed:
    """An act that is over. ``begun``, ``ended``: Unix time; ``told``: alert -> severity."""

    act: Act
    begun: float
    ended: float
    told: Mapping[str, str]
    restarts: Sequence[str]
    failed: str = ""
    figures: Counter[str] = field(default_factory=Counter)
    longest_wait_seconds: float = 0.0

    @property
    def wrong(self) -> str:
        """Why it is a failure; empty for a success."""
        unexpected = sorted(self.told.keys() - self.act.alerts)
        reasons = [
            self.failed,
            *(
                f"{self.figures[what]} {what}"
                for what in ATTRIBUTED
                if self.figures[what] > self.act.forgotten
            ),
            f"{self.figures['late']} late" if self.figures["late"] and not self.act.late else "",
            f"told of {', '.join(unexpected)}" if unexpected else "",
            f"restarted: {', '.join(self.restarts)}"
            if self.restarts and not self.act.restarts
            else "",
        ]
        return "; ".join(filter(None, reasons))


def attribute(
    performed: Sequence[Performed],
    enqueuer: Enqueuer,
    runs: Mapping[str, Sequence[Run]],
    verdict: Verdict,
) -> None:
    """Count every job, and what befell it, for the act in which that was."""
    enqueued = {tag: enqueuer.begun[tag] for tag in enqueuer.begun}
    last = enqueued | {tag: its_runs[-1].started for tag, its_runs in runs.items()}
    waits = {tag: wait for tag in enqueued if (wait := _wait(tag, enqueuer, runs)) is not None}
    late = [tag for tag, wait in waits.items() if wait > _threshold(tag)]
    for what, tags, times in (
        ("jobs", enqueuer.accepted, enqueued),
        ("refused", enqueuer.doubtful, enqueued),
        ("lost", verdict.lost, enqueued),
        ("repeated", verdict.repeated, last),
        ("doubled", verdict.doubled, last),
        ("late", late, {tag: runs[tag][0].started for tag in late}),
    ):
        for one in _acts(performed, tags, times):
            one.figures[what] += 1
    for tag, wait in waits.items():
        for one in _acts(performed, [tag], {tag: runs[tag][0].started}):
            one.longest_wait_seconds = max(one.longest_wait_seconds, wait)


def table(performed: Sequence[Performed]) -> str:
    """Return them as Markdown."""
    rows = [COLUMNS, ("---",) * len(COLUMNS), *map(_row, performed)]
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)


def _row(one: Performed) -> tuple[str, ...]:
    counts = (str(one.figures[what]) for what in COLUMNS[2:8])
    return (
        one.act.name,
        f"{one.ended - one.begun:.0f} s",
        *counts,
        f"{one.longest_wait_seconds:.1f} s",
        ", ".join(one.restarts) or "-",
        ", ".join(sorted(one.told)) or "-",
    )


def _acts(
    performed: Sequence[Performed], tags: Iterable[str], times: Mapping[str, float]
) -> Iterable[Performed]:
    """Yield, for each tag, the act in which its time was."""
    for tag in tags:
        if tag in times:
            yield next((one for one in performed if times[tag] < one.ended), performed[-1])


def _wait(tag: str, enqueuer: Enqueuer, runs: Mapping[str, Sequence[Run]]) -> float | None:
    """Return how long a job waited for its first run, in seconds; None if it never ran."""
    if tag not in runs:
        return None
    return max(0.0, runs[tag][0].started - enqueuer.due.get(tag, enqueuer.begun[tag]))


def _threshold(tag: str) -> float:
    """Return what its queue's objective allows a job to wait, in seconds."""
    return THRESHOLDS[getattr(jobs, tag.split("-", maxsplit=1)[0], Worker).queue]
