"""What became of every job, by the records of those who enqueued and of those who ran."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from service.broker import keys
from service.broker.lease import DELIVERIES_ALLOWED
from tests.broker_process import BrokerProcess
from tests.chaos.enqueuer import Enqueuer
from tests.chaos.jobs import DIES, ENDS, ENDS_OR_EXPIRES
from tests.chaos.record import END, FAIL, Run
from tests.chaos.silences import Silences
from workers.jobs.health_check import HealthCheckWorker


@dataclass(slots=True)
class Verdict:
    """Faults are lists of tags that must be empty; the rest are figures.

    ``lost``: accepted, and neither ended nor dead as its kind must. ``repeated``: ran again
    though the process that had it lived. ``misplaced``: in the dead set, or out of it, wrongly.
    ``doubled``: ended more than once because its process did not live. ``buried``: dead because
    its workers were silenced on all the deliveries it is allowed.
    """

    jobs: int
    lost: list[str] = field(default_factory=list)
    repeated: list[str] = field(default_factory=list)
    misplaced: list[str] = field(default_factory=list)
    early: list[str] = field(default_factory=list)
    drifts: dict[str, int] = field(default_factory=dict)
    pending: int = 0
    doubtful: int = 0
    doubled: list[str] = field(default_factory=list)
    buried: list[str] = field(default_factory=list)
    recoveries: list[float] = field(default_factory=list)

    @property
    def faults(self) -> dict[str, object]:
        """What is wrong, by name; empty when every promise was kept."""
        names = ("lost", "repeated", "misplaced", "early", "drifts", "pending")
        return {name: getattr(self, name) for name in names if getattr(self, name)}

    def __str__(self) -> str:
        longest = max(self.recoveries, default=0.0)
        return (
            f"{self.jobs} jobs accepted ({self.doubtful} enqueues refused), {len(self.lost)} lost, "
            f"{len(self.repeated)} repeated while their worker lived, {len(self.doubled)} doubled "
            f"by a dead worker, {len(self.recoveries)} taken back (longest {longest:.1f} s), "
            f"{len(self.buried)} buried after {DELIVERIES_ALLOWED} dead workers, "
            f"drift {sum(map(abs, self.drifts.values()))}"
        )


def judge_runs(
    enqueuer: Enqueuer, runs: Mapping[str, Sequence[Run]], silences: Silences
) -> Verdict:
    """Judge by the external records alone, as any engine can be judged."""
    verdict = Verdict(len(enqueuer.accepted), doubtful=len(enqueuer.doubtful))
    for tag, fate in enqueuer.accepted.items():
        if fate == ENDS and not has_ended(runs.get(tag, ())):
            verdict.lost.append(tag)
    for tag, its_runs in runs.items():
        if tag not in enqueuer.twice:
            _judge_repeats(verdict, tag, its_runs, silences)
        if tag in enqueuer.due and its_runs[0].started < enqueuer.due[tag]:
            verdict.early.append(tag)
    return verdict


def _judge_repeats(verdict: Verdict, tag: str, runs: Sequence[Run], silences: Silences) -> None:
    for run, following in pairwise(runs):
        if run.how == FAIL and run.ended is not None and run.ended <= following.started:
            continue
        silenced_at = silences.excuse(run, following)
        if silenced_at is None:
            verdict.repeated.append(tag)
        else:
            verdict.recoveries.append(following.started - silenced_at)
    if sum(run.how == END for run in runs) > 1:
        verdict.doubled.append(tag)


def has_ended(runs: Iterable[Run]) -> bool:
    """Whether one of a job's runs came to its end."""
    return any(run.how == END for run in runs)


def judge(
    enqueuer: Enqueuer,
    runs: Mapping[str, Sequence[Run]],
    silences: Silences,
    broker: BrokerProcess,
    unreadable: int = 0,
) -> Verdict:
    """Judge the broker's accounts too. ``unreadable``: how many messages nobody can read."""
    verdict = judge_runs(enqueuer, runs, silences)
    dead, silenced, nameless = dead_tags(broker)
    known = enqueuer.doubtful | enqueuer.accepted
    must_die = {tag for tag, fate in enqueuer.accepted.items() if fate == DIES}
    may_die = {tag for tag, fate in known.items() if fate == DIES}
    if nameless != unreadable:
        verdict.misplaced.append(f"{unreadable} unreadable messages, {nameless} dead")
    verdict.lost = [tag for tag in verdict.lost if tag not in dead] + sorted(must_die - dead)
    verdict.buried = [tag for tag in silenced - may_die if not has_ended(runs.get(tag, ()))]
    verdict.misplaced += sorted(dead - may_die - set(verdict.buried))
    verdict.misplaced += _uncounted(enqueuer, runs, silences, broker)
    verdict.drifts, verdict.pending = broker.drifts(), broker.pending()
    return verdict


def _uncounted(
    enqueuer: Enqueuer,
    runs: Mapping[str, Sequence[Run]],
    silences: Silences,
    broker: BrokerProcess,
) -> list[str]:
    """Perishable jobs that neither ended nor were counted as discarded.

    One whose end nobody heard of is taken back, and has perished by then.
    """
    perishable = [tag for tag, fate in enqueuer.accepted.items() if fate == ENDS_OR_EXPIRES]
    gone = [tag for tag in perishable if not has_ended(runs.get(tag, ()))]
    discarded = sum(state.ledger.discarded for state in broker.queues().values())
    ended = [run for tag in perishable for run in runs.get(tag, ()) if run.how == END]
    unheard = sum(silences.interrupted(run) for run in ended)
    possible = range(len(gone), len(gone) + len(enqueuer.doubtful) + unheard + 1)
    return [] if discarded in possible else [f"{len(gone)} expired, {discarded} counted", *gone]


def dead_tags(broker: BrokerProcess) -> tuple[set[str], set[str], int]:
    """Tags of dead jobs, those of them that no worker was left to end, and how many have none.

    The shipped cron jobs, which Beat enqueues now and then, are nobody's business here.
    """
    jobs = [job for job in broker.dead_jobs() if job.task != HealthCheckWorker.name]
    messages = broker.client.hgetall(keys.DEAD_MESSAGES)
    tags = {job.id: _tag(messages[job.id.encode()]) for job in jobs}
    silenced = {tags[job.id] for job in jobs if "fell silent" in (job.error or "")}
    known = {tag for tag in tags.values() if tag}
    return known, {tag for tag in silenced if tag}, len(jobs) - len(known)


def _tag(message: bytes) -> str | None:
    try:
        tag = json.loads(json.loads(message)["body"])[0][0]
    except (ValueError, LookupError, TypeError):
        return None
    return tag if isinstance(tag, str) else None
