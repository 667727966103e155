"""Checks of the Beats that run now: whether they know the same cron entries, in the same zone."""

from collections.abc import Mapping

from service.broker.process_setup import ProcessSetup
from service.cli.broker_look import BrokerLook
from service.cli.checks_fleet import workers_of
from service.cli.findings import Findings, listed, problem, warning
from service.settings import Settings
from service.sidecar.checks import BEAT_SILENT_SECONDS
from service.sidecar.worker_states import live_workers


def check_beats(look: BrokerLook, settings: Settings, cron: Mapping[str, str]) -> Findings:
    """Find Beats that differ from this process. ``cron``: its task -> schedule."""
    beats = [one for one in look.processes if one.role == "beat"]
    for beat in beats:
        yield from _zone(beat, settings)
        yield from _entries(beat, cron)
        yield from _unknown_to_workers(look, beat)
    if not beats and live_workers(look.snapshot) and cron and not _ticked_lately(look):
        yield warning(
            "beat",
            f"no Beat runs, so nobody enqueues {listed(cron)}; mend: headcount beat",
        )


def _zone(beat: ProcessSetup, settings: Settings) -> Findings:
    ours = settings.timezone.key
    if beat.timezone not in (None, ours):
        yield problem(
            "beat",
            f"{beat.name} has HEADCOUNT_TIMEZONE={beat.timezone}, here it is {ours}: two Beats "
            "that differ enqueue cron jobs twice, each at its own times; mend: the same everywhere",
        )


def _entries(beat: ProcessSetup, ours: Mapping[str, str]) -> Findings:
    theirs = beat.cron or {}
    missing = ours.keys() - theirs.keys() if beat.cron is not None else set()
    if missing:
        yield problem(
            "beat",
            f"{beat.name} does not know {listed(missing)}, and enqueues none of them; "
            "mend: the same HEADCOUNT_WORKERS and version there, and start it again",
        )
    if theirs.keys() - ours.keys():
        yield warning(
            "beat",
            f"{beat.name} enqueues {listed(theirs.keys() - ours.keys())}, and this process does "
            "not know them; mend: HEADCOUNT_WORKERS",
        )
    for task in sorted(theirs.keys() & ours.keys()):
        if theirs[task] != ours[task]:
            yield problem(
                "beat",
                f"{beat.name} runs {task} at {theirs[task]!r}, here it is {ours[task]!r}: two "
                "Beats that differ enqueue it at both; mend: the same version everywhere",
            )


def _unknown_to_workers(look: BrokerLook, beat: ProcessSetup) -> Findings:
    workers = [one for one in workers_of(look) if one.tasks is not None]
    unknown = {
        task
        for task in beat.cron or {}
        if workers and not any(task in (one.tasks or ()) for one in workers)
    }
    if unknown:
        yield problem(
            "beat",
            f"{beat.name} enqueues {listed(unknown)}, which no running worker knows: the jobs "
            "are dead; mend: the same HEADCOUNT_WORKERS for workers and Beat",
        )


def _ticked_lately(look: BrokerLook) -> bool:
    tick = look.snapshot.beat_last_tick
    return tick is not None and look.snapshot.as_of - tick < BEAT_SILENT_SECONDS
