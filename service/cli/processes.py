"""The commands that run a process: the whole stack, or one part of it."""

import asyncio
import os
import socket
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from service.cli.environment import read_settings, settings_with_broker

if TYPE_CHECKING:
    from service.settings import Settings
    from service.telemetry.log_lines import LineWriter

Pool = Literal["prefork", "threads", "solo"]


def add_commands(app: typer.Typer) -> None:
    """Add these commands to an app, in the order in which ``--help`` lists them."""
    for command in (serve, worker, beat, flower, sidecar):
        app.command()(command)


def serve() -> None:
    """Run the whole stack here: broker, worker, Beat, Flower, sidecar, Prometheus."""
    from service.serve.stack import run_stack

    raise SystemExit(asyncio.run(run_stack(read_settings(), os.environ)))


def worker(
    name: Annotated[str | None, typer.Option(help="Celery node name, such as mail@%h.")] = None,
    pool: Annotated[Pool, typer.Option(help="How jobs run beside each other.")] = "prefork",
) -> None:
    """Run a worker."""
    if pool == "prefork":
        # Read by Celery when it is imported: a job's context costs a seventh with it. Off by
        # default for the sake of greenlets; where jobs run in threads, a retry ends as failed.
        os.environ.setdefault("USE_FAST_LOCALS", "1")
    from workers.runtime import run_worker

    settings = settings_with_broker()
    raise SystemExit(run_worker(settings, _start_logging(settings), name, pool))


def beat() -> None:
    """Run Beat, which enqueues jobs that have a cron schedule."""
    from workers.beat import run_beat

    settings = settings_with_broker()
    _start_logging(settings)
    run_beat(settings)


def flower() -> None:
    """Run Flower."""
    from workers.flower import run_flower

    settings = settings_with_broker()
    _start_logging(settings)
    run_flower(settings)


def sidecar() -> None:
    """Run the sidecar: health, queue depths and metrics over HTTP."""
    from service.broker.connection import connect
    from service.broker.keeper import Keeper, keep_promoting
    from service.broker.process_setup import Announcement
    from service.broker.snapshot_reader import SNAPSHOT_TIMEOUT_SECONDS, SnapshotReader
    from service.sidecar.server import run_sidecar

    settings = settings_with_broker()
    _start_logging(settings)
    url = settings.require_broker()
    client = connect(settings, SNAPSHOT_TIMEOUT_SECONDS)
    keeper = Keeper()
    keep_promoting(keeper, client)  # where no worker is left to do it
    name = f"sidecar-{settings.http_port}@{socket.gethostname()}"
    announcement = Announcement(client, name, "sidecar", {})
    keeper.add("announcement", announcement.every_seconds, announcement.repeat)
    keeper.start()
    try:
        run_sidecar(settings, SnapshotReader(client, url))
    finally:
        keeper.stop()
        announcement.withdraw()


def _start_logging(settings: "Settings") -> "LineWriter":
    import sys

    from service.telemetry.log_setup import configure_logging

    console = sys.stdout.isatty()
    return configure_logging(
        settings.log_format or ("console" if console else "json"), settings.log_level
    )
