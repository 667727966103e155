"""The commands that look at the whole: queues, workers, and a self-check."""

import json
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

from service.cli.environment import broker_client, settings_with_broker
from service.cli.tables import print_table
from service.errors import InputError

if TYPE_CHECKING:
    from service.broker.snapshot import Snapshot

Json = Annotated[bool, typer.Option("--json", help="For programs, as the sidecar answers.")]

Watch = Annotated[
    bool, typer.Option("--watch", help="Keep showing them, with their rates; q or Ctrl-C ends it.")
]

Findings = Annotated[bool, typer.Option("--json", help="For programs: level, subject, detail.")]


def add_commands(app: typer.Typer) -> None:
    """Add these commands to an app, in the order in which ``--help`` lists them."""
    for command in (check, queues, workers, running, top):
        app.command()(command)


def check(as_json: Findings = False) -> None:
    """Check configuration, jobs, broker and whatever runs; exit 1 if anything is wrong.

    A warning is advice, and no problem.
    """
    from service.cli.self_check import find_everything

    findings = []
    for finding in find_everything():
        findings.append(finding)
        if not as_json:
            print(finding.line(), flush=True)
    if as_json:
        print(json.dumps([finding._asdict() for finding in findings], indent=2))
    raise SystemExit(1 if any(finding.level == "problem" for finding in findings) else 0)


def queues(as_json: Json = False, watch: Watch = False) -> None:
    """Show the queues in priority order."""
    from service.sidecar.answers import QueuesAnswer

    if watch:
        if as_json:
            raise InputError("--json and --watch were both given; allowed: one of them")
        from service.cli.frame import queues_frame
        from service.cli.live_view import show_live

        show_live(settings_with_broker(), queues_frame)
        return
    answer = QueuesAnswer.of(_snapshot())
    if as_json:
        print(answer.model_dump_json(indent=2))
        return
    rows = [list(one.model_dump().values()) for one in answer.queues]
    headings = ("queue", "ready", "scheduled", "leased", "dead", "oldest (s)", "workers", "slots")
    print_table(headings, rows)


def workers(as_json: Json = False) -> None:
    """Show the worker processes seen within the last 15 minutes."""
    from service.sidecar.answers import WorkersAnswer

    answer = WorkersAnswer.of(_snapshot())
    if as_json:
        print(answer.model_dump_json(indent=2))
        return
    rows = [
        [one.name, one.state, one.busy, one.slots, ",".join(one.queues), one.last_seen]
        for one in answer.workers
    ]
    print_table(["worker", "state", "busy", "slots", "queues", "last seen"], rows)


def running(as_json: Json = False) -> None:
    """Show the jobs that workers hold, the longest running first; 50 at most."""
    from service.broker.connection import broker_errors
    from service.broker.running import read_running
    from service.sidecar.times import as_rfc3339, in_words

    settings = settings_with_broker()
    with broker_errors(settings.require_broker()):
        found = read_running(broker_client(settings))
    if as_json:
        answer = {**asdict(found), "as_of": as_rfc3339(found.as_of)}
        print(json.dumps(answer, indent=2))
        return
    rows = [
        [job.id, job.queue, job.task, "" if job.seconds is None else in_words(job.seconds),
         job.worker]
        for job in found.jobs
    ]  # fmt: skip
    print_table(["id", "queue", "task", "for", "worker"], rows)
    print(f"{len(rows)} of {found.leased} leased jobs")


def top() -> None:
    """Keep showing queues, workers and running jobs; q or Ctrl-C ends it."""
    from service.cli.frame import top_frame
    from service.cli.live_view import show_live

    show_live(settings_with_broker(), top_frame)


def _snapshot() -> "Snapshot":
    from service.broker.snapshot_reader import SnapshotReader

    settings = settings_with_broker()
    return SnapshotReader(broker_client(settings), settings.require_broker())()
