"""The commands about the ledger: look at it, and set it right once a drift is understood."""

import sys
from collections.abc import Mapping
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

from service.cli.environment import broker_client, settings_with_broker
from service.cli.tables import print_table

if TYPE_CHECKING:
    from service.broker.snapshot import QueueState

Yes = Annotated[bool, typer.Option("--yes", help="Do not ask.")]


def build_app() -> typer.Typer:
    """Return ``headcount ledger`` with its commands."""
    app = typer.Typer(help="What was enqueued, and what became of it.", no_args_is_help=True)
    app.command()(show)
    app.command()(settle)
    return app


def show() -> None:
    """Show each queue's counts, the jobs that are there, and the drift between them."""
    rows = [_row(queue) for queue in _Ledger().queues().values()]
    print_table(list(rows[0]), [list(row.values()) for row in rows])


def settle(yes: Yes = False) -> None:
    """Write off a drift that stands still, so that the next one shows. Says what, and asks.

    First find out where it comes from: docs/runbooks/HeadcountLedgerDrift.md.
    """
    from service.broker.settling import booked

    ledger = _Ledger()
    drifts = ledger.drifts()
    if not drifts:
        print("nothing to settle: every queue's jobs add up")
        return
    for queue, drift in drifts.items():
        print(f"{queue}: off by {drift:+d}; would add {abs(drift)} to {booked(drift)}")
    if not yes:
        if not sys.stdin.isatty():
            print("nothing was written; --yes writes without asking")
            raise typer.Exit(1)
        typer.confirm("Are these jobs accounted for otherwise?", abort=True)
    ledger.settle(drifts)


class _Ledger:
    """The ledger in the broker that is set."""

    def __init__(self) -> None:
        settings = settings_with_broker()
        self._url, self._client = settings.require_broker(), broker_client(settings)

    def queues(self) -> Mapping[str, "QueueState"]:
        from service.broker.snapshot_reader import SnapshotReader

        snapshot = SnapshotReader(self._client, self._url)()
        return {queue.name: queue for queue in snapshot.queues}

    def drifts(self) -> dict[str, int]:
        return {name: queue.drift for name, queue in self.queues().items() if queue.drift}

    def settle(self, drifts: Mapping[str, int]) -> None:
        """Write off those drifts that are still the same: the others come from what goes on."""
        from service.broker.connection import broker_errors
        from service.broker.settling import settle

        now, moving = self.drifts(), False
        for queue, drift in drifts.items():
            if now.get(queue, 0) != drift:
                moving = True
                print(f"{queue}: off by {now.get(queue, 0):+d} by now; left as it is")
                continue
            with broker_errors(self._url):
                print(f"{queue}: added {abs(drift)} to {settle(self._client, queue, drift)}")
        if moving:
            raise typer.Exit(1)


def _row(queue: "QueueState") -> dict[str, object]:
    there = {"ready": queue.ready, "scheduled": queue.scheduled, "leased": queue.leased}
    return {"queue": queue.name, **asdict(queue.ledger), **there, "drift": queue.drift}
