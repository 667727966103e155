"""Checks of the processes that run now: whether they fit each other, and this one.

Each says of itself how it is set up (``service/broker/process_setup.py``).
"""

from collections.abc import Iterable

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
    leases = {one.name: one.lease_seconds for one in workers if one.lease_seconds}
    for name, lease in leases.items():
        if lease == settings.lease_seconds:
            continue
        ratio = max(lease, settings.lease_seconds) / min(lease, settings.lease_seconds)
        said = (
            f"{name} has HEADCOUNT_LEASE_SECONDS={lease:g}, here it is "
            f"{settings.lease_seconds:g}: the shorter takes back what the longer still runs; "
            "mend: the same everywhere, changed by half at most at a time"
        )
        yield (problem if ratio > LEASE_RATIO else warning)("fleet lease", said)


def _result_stores(workers: list[ProcessSetup], settings: Settings) -> Findings:
    ours = result_store(settings)
    for one in workers:
        if one.result_store not in (None, ours):
            yield warning(
                "fleet results",
                f"{one.name} keeps results in {one.result_store}, here they are looked for in "
                f"{ours}; mend: the same CELERY_RESULT_BACKEND, unless both are one server",
            )


def _versions(fleet: list[ProcessSetup]) -> Findings:
    ours = own_versions()
    for one in fleet:
        wrong = untested(one.versions)
        others = [
            f"{name} {version}"
            for name, version in one.versions.items()
            if version != ours.get(name, version)
        ]
        if wrong:
            yield problem(
                "fleet versions",
                f"{one.name} runs {listed(wrong)}; mend: install what Headcount asks for there",
            )
        elif others:
            here = ", ".join(f"{name} {ours[name]}" for name in one.versions if name in ours)
            yield warning(
                "fleet versions",
                f"{one.name} runs {listed(others)}, here it is {here}; mend: replace the older "
                "processes",
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
