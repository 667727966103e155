"""The ``headcount`` command.

Each command imports what it needs when it runs, so that ``--help`` is quick.
"""

import sys
from pathlib import Path

import typer

from service.cli import dead, inspection, jobs, ledger, processes
from service.errors import HeadcountError


def build_app() -> typer.Typer:
    """Return the command line with all its commands."""
    app = typer.Typer(
        name="headcount",
        help="Background jobs, every one accounted for.",
        no_args_is_help=True,
        add_completion=False,
        pretty_exceptions_enable=False,
    )
    for module in (processes, inspection, jobs):
        module.add_commands(app)
    app.add_typer(dead.build_app(), name="dead")
    app.add_typer(ledger.build_app(), name="ledger")
    return app


def main() -> None:
    """Run the command line; an error of ours is its own words on standard error, status 1."""
    # HEADCOUNT_WORKERS names modules of the directory one is in, as with `python -m`.
    if str(Path.cwd()) not in sys.path:
        sys.path.insert(0, str(Path.cwd()))
    try:
        build_app()()
    except HeadcountError as error:
        print(error, file=sys.__stderr__)
        raise SystemExit(1) from None
