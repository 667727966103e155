"""Checks of the processes that run now: whether they fit each other, and this one.

Each says of itself how it is set up (``service/broker/process_setup.py``).
"""

from collections.abc import Iterable
from typing import Any

from service.broker.process_setup import ProcessSetup, own_versions
from service.broker.snapshot import WorkerState
from service.cli.broker_look import BrokerLook
from service.cli.checks_versions import untested
from service.cli.findings import Findings, listed, ok, problem, warning
from service.queues import QUEUE_NAMES
from service.settings import Settings
from service.sidecar.times import in_words
from service.sidecar.worker_states import consumers, live_workers
from workers.announced import result_store

CLOCK_SECONDS = 2.0
"""What clocks may be apart: those kept by NTP are within 0.1 s."""

LEASE_RATIO = 2.0
"""Source: docs/settings.md, lease and shutdown grace."""


def workers_of(look: BrokerLook) -> list[ProcessSetup]:
    """Return the live workers that say how they are set up."""
    live = {(one.name, one.pid) for one in live_workers(look.snapshot)}
    return [one for one in look.processes if (one.name, one.pid) in live and one.role == "worker"]


def fleet_of(look: BrokerLook) -> list[ProcessSetup]:
    """Return all processes that run now and say how they are set up."""
    return [*workers_of(look), *(one for one in look.processes if one.role != "worker")]


def takers(look: BrokerLook, queue: str) -> list[ProcessSetup]:
    """Return the live workers that take new jobs from a queue and say which tasks they know."""
    names = {one.name for one in consumers(look.snapshot, queue)}
    return [one for one in workers_of(look) if one.name in names and one.tasks is not None]


def grouped(pairs: Iterable[tuple[Any, str]]) -> dict[Any, str]:
    """Return what is said -> the names of all who say it, for a line."""
    names: dict[Any, list[str]] = {}
    for said, name in pairs:
        names.setdefault(said, []).append(name)
    return {said: listed(all_names) for said, all_names in names.items()}


def check_fleet(look: BrokerLook, settings: Settings) -> Findings:
    """Find processes that do not fit each other or this one."""
    workers, fleet = workers_of(look), fleet_of(look)
    live = live_workers(look.snapshot)
    yield ok("fleet", f"{len(live)} workers, {len(fleet) - len(workers)} other processes run")
    yield from _silent_about_themselves(live, workers)
    yield from _leases(workers, settings)
    yield from _result_stores(workers, settings)
    yield from _versions(fleet)
    yield from _clocks(look, fleet)
    yield from _unconsumed(look)


def _silent_about_themselves(live: Iterable[WorkerState], workers: list[ProcessSetup]) -> Findings:
    names = {one.name for one in live} - {one.name for one in workers}
    if names:
        yield warning(
            "fleet",
            f"{listed(names)} do not say how they are set up: an older version, or started this "
            "moment; mend: look again once all run this version",
        )


def _leases(workers: list[ProcessSetup], settings: Settings) -> Findings:
    ours = settings.lease_seconds
    for lease, names in grouped((one.lease_seconds, one.name) for one in workers).items():
        if lease in (None, ours):
            continue
        said = (
            f"HEADCOUNT_LEASE_SECONDS is {lease:g} for {names}, here it is {ours:g}: the shorter "
            "takes back what the longer still runs; mend: the same everywhere, changed by half at "
            "most at a time"
        )
        twice = max(lease, ours) / min(lease, ours) > LEASE_RATIO
        yield (problem if twice else warning)("fleet lease", said)


def _result_stores(workers: list[ProcessSetup], settings: Settings) -> Findings:
    ours = result_store(settings)
    for theirs, names in grouped((one.result_store, one.name) for one in workers).items():
        if theirs not in (None, ours):
            yield warning(
                "fleet results",
                f"{names}: results are kept in {theirs}, and looked for here in {ours}; "
                "mend: the same CELERY_RESULT_BACKEND, unless both are one server",
            )


def _versions(fleet: list[ProcessSetup]) -> Findings:
    ours = own_versions()
    for versions, names in grouped(
        (tuple(one.versions.items()), one.name) for one in fleet
    ).items():
        wrong = untested(dict(versions))
        others = {f"{name} {found}": name for name, found in versions if found != ours.get(name)}
        if wrong:
            yield problem(
                "fleet versions",
                f"{names}: {listed(wrong)}; mend: install what Headcount asks for there",
            )
        elif others:
            here = listed(f"{name} {ours.get(name)}" for name in others.values())
            yield warning(
                "fleet versions",
                f"{names}: {listed(others)}, here {here}; mend: replace the older processes",
            )


def _clocks(look: BrokerLook, fleet: list[ProcessSetup]) -> Findings:
    clocks = {one.name: one.clock_ahead_seconds for one in fleet}
    clocks["this process"] = look.clock_ahead_seconds
    for name, ahead in clocks.items():
        if abs(ahead) > CLOCK_SECONDS:
            apart = in_words(round(abs(ahead), 1)) + (" ahead of" if ahead > 0 else " behind")
            yield problem(
                "fleet clocks",
                f"{name}: its clock is {apart} the broker's, so jobs "
                "start early or late, expire wrongly, and waits are measured wrongly; mend: NTP",
            )


def _unconsumed(look: BrokerLook) -> Findings:
    if not live_workers(look.snapshot):
        return
    for queue in QUEUE_NAMES:
        if not consumers(look.snapshot, queue):
            yield problem(
                "queues",
                f"no running worker consumes {queue}; mend: a worker whose HEADCOUNT_QUEUES has it",
            )
