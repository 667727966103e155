"""The commands about the dead set: look, try again, let go."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated

import typer

from service.cli.environment import broker_client, settings_with_broker
from service.cli.tables import print_table
from service.errors import InputError, JobNotFoundError
from service.queues import QUEUE_NAMES

if TYPE_CHECKING:
    from service.broker.dead_set import DeadJob, DeadSet

JobId = Annotated[str | None, typer.Argument(metavar="ID")]
All = Annotated[bool, typer.Option("--all", help="All dead jobs.")]
Queue = Annotated[str | None, typer.Option(help="Only this queue.")]

PROGRESS_EVERY = 1000


def build_app() -> typer.Typer:
    """Return ``headcount dead`` with its commands."""
    app = typer.Typer(help="Jobs that ended for good without succeeding.", no_args_is_help=True)
    app.command("list")(list_dead)
    for command in (show, retry, drop):
        app.command()(command)
    return app


def list_dead(
    queue: Queue = None, limit: Annotated[int, typer.Option(min=1, max=100_000)] = 50
) -> None:
    """List dead jobs, the most recent first."""
    dead_set, errors = _dead_set()
    queues = _queues(queue)
    with errors:
        jobs, total = dead_set.newest(limit, queues), dead_set.count(queues)
    rows = [
        (job.id, job.queue, job.task, job.outcome, job.attempts, _time(job.died_at), _error(job))
        for job in jobs
    ]
    print_table(("id", "queue", "task", "outcome", "attempts", "died", "error"), rows)
    print(f"{len(jobs)} of {total} dead jobs")


def show(job_id: Annotated[str, typer.Argument(metavar="ID")]) -> None:
    """Show one dead job with its traceback."""
    from dataclasses import asdict

    dead_set, errors = _dead_set()
    with errors:
        fields = asdict(dead_set.find(job_id))
    traceback = fields.pop("traceback")
    for label, value in fields.items():
        shown = _time(value) if label.endswith("_at") and value else value
        print(f"{label.replace('_', ' '):<16}{'' if shown is None else shown}")
    if traceback:
        print(f"\n{traceback}")


def retry(job_id: JobId = None, everything: All = False, queue: Queue = None) -> None:
    """Put a dead job, or all of them, back into the queue, with all attempts again."""
    dead_set, errors = _dead_set()
    with errors:
        _each(dead_set, dead_set.retry, "retried", job_id, everything, queue)


def drop(job_id: JobId = None, everything: All = False, queue: Queue = None) -> None:
    """Forget a dead job, or all of them, for good."""
    dead_set, errors = _dead_set()
    with errors:
        _each(dead_set, dead_set.drop, "dropped", job_id, everything, queue)


def _each(
    dead_set: "DeadSet",
    do: "Callable[[str], DeadJob]",
    done: str,
    job_id: str | None,
    everything: bool,
    queue: str | None,
) -> None:
    if (job_id is None) != everything or (queue is not None and not everything):
        raise InputError("allowed: one ID, or --all, which --queue may narrow")
    if job_id is not None:
        print(f"{done} {do(job_id).id}")
        return
    count = 0
    for one in list(dead_set.ids(_queues(queue))):
        try:
            do(one)
        except JobNotFoundError:  # someone else was quicker
            continue
        count += 1
        if count % PROGRESS_EVERY == 0:
            print(f"{count} ...")
    print(f"{done} {count} dead jobs")


def _dead_set() -> "tuple[DeadSet, AbstractContextManager[None]]":
    from service.broker.connection import broker_errors
    from service.broker.dead_set import DeadSet

    settings = settings_with_broker()
    return DeadSet(broker_client(settings)), broker_errors(settings.require_broker())


def _queues(name: str | None) -> tuple[str, ...]:
    if name is None:
        return QUEUE_NAMES
    if name not in QUEUE_NAMES:
        raise InputError(f"--queue {name!r} is wrong; allowed: {', '.join(QUEUE_NAMES)}")
    return (name,)


def _error(job: "DeadJob") -> str:
    return f"{job.error_type}: {job.error}"[:120] if job.error_type else ""


def _time(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="seconds")
