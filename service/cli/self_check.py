"""``headcount check``: what can be found wrong before users do."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from service.cli.environment import broker_client, settings_with_broker
from service.errors import BrokerError, HeadcountError

if TYPE_CHECKING:
    from service.settings import Settings

Finding = tuple[str, bool]
"""A line to print, and whether it names a problem."""


def find_problems() -> Iterator[Finding]:
    """Yield a line per thing checked."""
    try:
        settings = settings_with_broker()
    except HeadcountError as error:
        yield from ((f"problem  settings: {line}", True) for line in str(error).split("\n"))
        return
    yield "ok       settings", False
    yield from _lease(settings)
    yield from _tracing(settings)
    yield from _workers(settings)
    yield from _broker(settings)


def _lease(settings: "Settings") -> Iterator[Finding]:
    from service.broker.lease import RENEWALS_PER_LEASE, SHORT_LEASE_SECONDS

    lease, grace = settings.lease_seconds, settings.shutdown_grace_seconds
    if lease < SHORT_LEASE_SECONDS:
        yield f"warning  lease: {lease:g} s is short: {_SHORT} {SHORT_LEASE_SECONDS:g}", False
        return
    renewed = f"renewed every {lease / RENEWALS_PER_LEASE:g} s until its worker has ended"
    yield f"ok       lease: {lease:g} s, {renewed}, also in the {grace:g} s it gets to stop", False


def _tracing(settings: "Settings") -> Iterator[Finding]:
    from workers.tracing.switch import tracing_problem

    if settings.traces is None:
        return
    problem = tracing_problem(settings.traces)
    if problem is None:
        yield f"ok       tracing: spans of jobs go to {settings.traces.host}", False
    else:
        yield f"problem  tracing: {problem}", True


_SHORT = (
    "a worker that cannot reach the broker for seconds loses its jobs to others, and they run "
    "twice; mend: HEADCOUNT_LEASE_SECONDS of at least"
)


def _workers(settings: "Settings") -> Iterator[Finding]:
    from workers import Worker
    from workers.jobs.canary import Canary
    from workers.process_app import app_with_jobs

    try:
        app_with_jobs(settings)
    except Exception as error:  # noqa: BLE001 - whatever a module raises is the finding
        yield f"problem  workers: {type(error).__name__}: {error}", True
        return
    names = sorted(worker.name for worker in Worker.registry)
    yield f"ok       workers: {len(names)} registered: {', '.join(names)}", False
    for worker in Worker.registry:
        # Each queue has its canary, whoever consumes it.
        if worker.queue not in settings.queues and not issubclass(worker, Canary):
            yield (
                f"problem  workers: {worker.name} goes to {worker.queue!r}, which "
                f"HEADCOUNT_QUEUES={','.join(settings.queues)} leaves out here",
                True,
            )


def _broker(settings: "Settings") -> Iterator[Finding]:
    from service.broker.broker_state import broker_problems
    from service.broker.connection import broker_errors
    from service.broker.fsync import fsync_problem
    from service.broker.snapshot_reader import SnapshotReader

    client = broker_client(settings)
    try:
        snapshot = SnapshotReader(client, settings.require_broker())()
        with broker_errors(settings.require_broker()):
            problems = broker_problems(snapshot.broker) | fsync_problem(client)
    except BrokerError as error:
        yield f"problem  broker: {error}", True
        return
    yield f"ok       broker: answered in {snapshot.probe_seconds * 1000:.1f} ms", False
    for name, problem in problems.items():
        yield f"problem  broker {name}: {problem}", True
    for queue in snapshot.queues:
        if queue.drift:
            yield f"problem  ledger: {queue.name} is off by {queue.drift} jobs", True
