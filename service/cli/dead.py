"""The commands about the dead set: look, try again, let go."""

import sys
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated

import typer

from service.cli.dead_batches import move_all
from service.cli.dead_options import NewerThan, OlderThan, Queue, Task, dead_filter
from service.cli.environment import broker_client, settings_with_broker
from service.cli.tables import print_table, printable
from service.errors import InputError

if TYPE_CHECKING:
    from service.broker.dead_moves import DeadMoves
    from service.broker.dead_set import DeadJob, DeadSet

JobId = Annotated[str | None, typer.Argument(metavar="ID")]
All = Annotated[bool, typer.Option("--all", help="All dead jobs, or all that the options leave.")]
Yes = Annotated[bool, typer.Option("--yes", help="Do not ask before all are dropped.")]
Limit = Annotated[int, typer.Option(min=1, max=100_000, help="Show so many at most.")]

LONGEST_ERROR = 120
"""Characters of an error in a list; ``show`` has the whole."""


def build_app() -> typer.Typer:
    """Return ``headcount dead`` with its commands."""
    app = typer.Typer(help="Jobs that ended for good without succeeding.", no_args_is_help=True)
    app.command("list")(list_dead)
    for command in (show, retry, drop):
        app.command()(command)
    return app


def list_dead(
    queue: Queue = None,
    task: Task = None,
    older_than: OlderThan = None,
    newer_than: NewerThan = None,
    limit: Limit = 50,
) -> None:
    """List dead jobs, the most recent first."""
    broker = _broker()
    with broker.errors:
        which = dead_filter(broker.dead, queue, task, older_than, newer_than)
        jobs, total = broker.dead.newest(limit, which), broker.dead.count(which)
        overflow = broker.dead.overflow(which.queues)
    print_table(
        ("id", "queue", "task", "outcome", "attempts", "died", "error"), [_row(job) for job in jobs]
    )
    print(f"{len(jobs)} of {total} dead jobs")
    if overflow:
        print(_overflow(overflow))


def show(
    job_id: Annotated[str, typer.Argument(metavar="ID")],
    message: Annotated[
        bool, typer.Option("--message", help="Its message as well, arguments included.")
    ] = False,
) -> None:
    """Show one dead job with its traceback."""
    broker = _broker()
    with broker.errors:
        job, [item] = broker.dead.find(job_id), broker.dead.messages([job_id])
        facts = _facts(job, broker.dead.now())
    for label, value in facts.items():
        if value is not None:
            print(f"{label:<16}{printable(value)}")
    if job.traceback:
        print(f"\n{printable(job.traceback.rstrip())}")
    if message and item is not None:
        print(f"\n{printable(item.decode(errors='backslashreplace').strip())}")


def retry(
    job_id: JobId = None,
    everything: All = False,
    queue: Queue = None,
    task: Task = None,
    older_than: OlderThan = None,
    newer_than: NewerThan = None,
) -> None:
    """Put a dead job, or all of them, back into the queue, with all attempts again."""
    filters = (queue, task, older_than, newer_than)
    _check_choice(job_id, everything, filters)
    broker = _broker()
    with broker.errors:
        if job_id is not None:
            print(f"retried {broker.moves.retry(job_id).id}")
            return
        which = dead_filter(broker.dead, *filters)
        move_all(broker.moves.retry_all(which), broker.dead.count_of_any_task(which), "retried")


def drop(
    job_id: JobId = None,
    everything: All = False,
    queue: Queue = None,
    task: Task = None,
    older_than: OlderThan = None,
    newer_than: NewerThan = None,
    yes: Yes = False,
) -> None:
    """Forget a dead job, or all of them, for good."""
    filters = (queue, task, older_than, newer_than)
    _check_choice(job_id, everything, filters)
    broker = _broker()
    with broker.errors:
        if job_id is not None:
            print(f"dropped {broker.moves.drop(job_id).id}")
            return
        which = dead_filter(broker.dead, *filters)
        total = broker.dead.count_of_any_task(which)
        if not _any_given(filters) and not yes and sys.stdin.isatty():
            typer.confirm(f"Forget all {total} dead jobs for good?", abort=True)
        move_all(broker.moves.drop_all(which), total, "dropped")


@dataclass(frozen=True, slots=True)
class _Broker:
    dead: "DeadSet"
    moves: "DeadMoves"
    errors: AbstractContextManager[None]


def _broker() -> _Broker:
    from service.broker.connection import broker_errors
    from service.broker.dead_moves import DeadMoves
    from service.broker.dead_set import DeadSet

    settings = settings_with_broker()
    client = broker_client(settings)
    return _Broker(DeadSet(client), DeadMoves(client), broker_errors(settings.require_broker()))


def _check_choice(job_id: str | None, everything: bool, filters: tuple[str | None, ...]) -> None:
    if (job_id is not None) == everything or (_any_given(filters) and not everything):
        raise InputError(
            "allowed: one ID, or --all, which --queue, --task, --older-than and --newer-than "
            "may narrow"
        )


def _any_given(filters: tuple[str | None, ...]) -> bool:
    return any(one is not None for one in filters)


def _overflow(jobs: int) -> str:
    from service.broker.dead_limits import DEAD_SET_AGE, DEAD_SET_LIMIT

    kept = f"{DEAD_SET_LIMIT} a queue are kept, for {DEAD_SET_AGE.days} days"
    return f"{jobs} more are gone without anybody's doing: {kept}"


def _row(job: "DeadJob") -> tuple[object, ...]:
    died, error = _time(job.died_at), job.reason[:LONGEST_ERROR]
    return (job.id, job.queue, job.task, job.outcome, job.attempts, died, error)


def _facts(job: "DeadJob", now: float) -> dict[str, object]:
    from service.sidecar.times import in_words

    return {
        "id": job.id,
        "queue": job.queue,
        "task": job.task,
        "outcome": job.outcome,
        "error": job.reason,
        "attempts": job.attempts,
        "enqueued": None if job.enqueued_at is None else _time(job.enqueued_at),
        "died": _time(job.died_at),
        "dead for": in_words(now - job.died_at),
        "correlation id": job.correlation_id,
    }


def _time(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="seconds")
