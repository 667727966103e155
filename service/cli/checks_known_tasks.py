"""Checks that whoever takes a job knows its task: one that does not puts it away as dead."""

from collections.abc import Iterable

from service.broker.process_setup import ProcessSetup
from service.cli.broker_look import BrokerLook
from service.cli.checks_fleet import workers_of
from service.cli.findings import Finding, Findings, listed, problem, warning
from service.settings import Settings
from service.sidecar.worker_states import consumers
from workers.worker import Worker


def check_known_tasks(look: BrokerLook, settings: Settings, known: frozenset[str]) -> Findings:
    """Find tasks that not everybody knows. ``known``: those that this process does."""
    workers = [one for one in workers_of(look) if one.tasks is not None]
    for worker in workers:
        yield from _unknown_there(worker)
        yield from _unknown_here(worker, known)
    yield from _waiting(look, workers, known)
    yield from _queues_left_out(look, settings)


def _unknown_there(worker: ProcessSetup) -> Findings:
    missing = [
        one.name
        for one in Worker.registry
        if one.queue in (worker.queues or ()) and one.name not in (worker.tasks or ())
    ]
    if missing:
        yield problem(
            "fleet tasks",
            f"{worker.name} does not know {listed(missing)}: their jobs would be dead there; "
            "mend: the same HEADCOUNT_WORKERS and version there, before any is enqueued",
        )


def _unknown_here(worker: ProcessSetup, known: frozenset[str]) -> Findings:
    missing = (worker.tasks or frozenset()) - known
    if missing:
        yield warning(
            "fleet tasks",
            f"{worker.name} knows {listed(missing)}, and this process does not: as a worker it "
            "would put their jobs away as dead; mend: HEADCOUNT_WORKERS",
        )


def _waiting(look: BrokerLook, workers: list[ProcessSetup], known: frozenset[str]) -> Findings:
    for queue, tasks in look.waiting.items():
        takers = [one for one in workers if queue in (one.queues or ())]
        nobody = sorted(t for t in tasks if t not in known and not _any_knows(takers, t))
        if nobody:
            counts = listed(f"{task} ({tasks[task]})" for task in nobody)
            yield problem(
                "queues",
                f"in {queue} jobs wait that nobody knows: {counts}; they would be dead; mend: "
                "HEADCOUNT_WORKERS with their module, here and where workers run",
            )


def _any_knows(workers: Iterable[ProcessSetup], task: str) -> bool:
    return any(task in (one.tasks or ()) for one in workers)


def _queues_left_out(look: BrokerLook, settings: Settings) -> Findings:
    for worker in Worker.registry:
        if worker.queue not in settings.queues and not consumers(look.snapshot, worker.queue):
            yield left_out(worker, settings)


def left_out(worker: type[Worker], settings: Settings) -> Finding:
    """Return the problem of a class whose queue nobody consumes."""
    return problem(
        "workers",
        f"{worker.name} goes to {worker.queue!r}, which HEADCOUNT_QUEUES="
        f"{','.join(settings.queues)} leaves out here, and no running worker consumes",
    )
