"""The commands about one job: enqueue it, find it."""

import json
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Annotated, Any

import typer

from service.cli.environment import broker_client, settings_with_broker
from service.cli.tables import printable
from service.errors import InputError, ScheduleError


def add_commands(app: typer.Typer) -> None:
    """Add these commands to an app, in the order in which ``--help`` lists them."""
    for command in (enqueue, job):
        app.command()(command)


def enqueue(
    name: Annotated[
        str, typer.Argument(metavar="NAME", help="Worker class, such as mail.SendInvoice.")
    ],
    arguments: Annotated[
        str,
        typer.Argument(metavar="ARGS-AS-JSON", help="A list (by position) or an object (by name)."),
    ] = "[]",
    seconds: Annotated[str | None, typer.Option("--in", help="Run in so many seconds.")] = None,
    when: Annotated[str | None, typer.Option("--at", help="Run at an ISO 8601 time.")] = None,
) -> None:
    """Enqueue one job; print its id."""
    from workers import Worker
    from workers.process_app import app_with_jobs

    settings = settings_with_broker()
    args, kwargs = _arguments(arguments)
    if seconds is not None and when is not None:
        raise InputError("--in and --at were both given; allowed: one of them")
    app_with_jobs(settings)
    worker = Worker.registry.find(name)
    if seconds is not None:
        result = worker.perform_in(_seconds(seconds), *args, **kwargs)
    elif when is not None:
        result = worker.perform_at(_time(when), *args, **kwargs)
    else:
        result = worker.perform_async(*args, **kwargs)
    print(result.id)


def job(job_id: Annotated[str, typer.Argument(metavar="ID")]) -> None:
    """Show where a job is: state, attempts, next run, last error."""
    from service.broker.lookup import find_job

    settings = settings_with_broker()
    with _broker_errors(settings.require_broker()):
        place = asdict(find_job(broker_client(settings), job_id))
    if place["next_run"] is not None:
        place["next_run"] = datetime.fromtimestamp(place["next_run"], UTC).isoformat()
    for label, value in place.items():
        if value is not None:
            print(f"{label.replace('_', ' '):<12}{printable(value)}")
    if place["state"] == "dead":
        print(f"{'more':<12}headcount dead show {job_id}")


def _arguments(text: str) -> tuple[list[Any], dict[str, Any]]:
    try:
        given = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise InputError(f"the arguments are not JSON ({error}); {_ALLOWED}") from None
    if isinstance(given, list):
        return given, {}
    if isinstance(given, dict):
        return [], given
    raise InputError(f"the arguments are a JSON {type(given).__name__}; {_ALLOWED}")


_ALLOWED = """allowed: a list such as '[7]', or an object such as '{"invoice_id": 7}'"""


def _seconds(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        raise ScheduleError(f"--in {text!r} is wrong; allowed: a number of seconds") from None


def _time(text: str) -> datetime:
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        raise ScheduleError(
            f"--at {text!r} is wrong; allowed: an ISO 8601 time, such as 2030-01-31T09:00+01:00"
        ) from None


def _broker_errors(url: str) -> Any:
    from service.broker.connection import broker_errors

    return broker_errors(url)
