"""Checks that whoever takes a job knows its task: one that does not puts it away as dead."""

from collections.abc import Container, Iterable

from service.broker.process_setup import ProcessSetup
from service.cli.broker_look import BrokerLook
from service.cli.checks_fleet import grouped, takers, workers_of
from service.cli.findings import Findings, listed, problem, warning
from service.queues import QUEUE_NAMES
from service.settings import Settings
from service.sidecar.worker_states import consumers
from workers.announced import CELERYS_OWN
from workers.jobs.canary import Canary
from workers.worker import Worker


def check_known_tasks(look: BrokerLook, settings: Settings, known: frozenset[str]) -> Findings:
    """Find tasks that not everybody knows. ``known``: those that this process does."""
    for queue in QUEUE_NAMES:
        yield from _unknown_there(queue, takers(look, queue))
        yield from _waiting(queue, look, known)
    yield from _unknown_here(workers_of(look), known)
    consumed = [queue for queue in QUEUE_NAMES if consumers(look.snapshot, queue)]
    yield from left_out(settings, consumed)


def left_out(settings: Settings, consumed: Container[str] = ()) -> Findings:
    """Find classes whose queue nobody consumes, neither here nor, as ``consumed``, elsewhere."""
    for worker in Worker.registry:
        # Each queue has its canary, whoever consumes it.
        nobody = worker.queue not in settings.queues and worker.queue not in consumed
        if nobody and not issubclass(worker, Canary):
            yield problem(
                "workers",
                f"{worker.name} goes to {worker.queue!r}, which HEADCOUNT_QUEUES="
                f"{','.join(settings.queues)} leaves out here, and no running worker consumes",
            )


def _unknown_there(queue: str, workers: list[ProcessSetup]) -> Findings:
    ours = {one.name for one in Worker.registry if one.queue == queue}
    missing = ((frozenset(ours - (one.tasks or ours)), one.name) for one in workers)
    for tasks, names in grouped(missing).items():
        if tasks:
            yield problem(
                "fleet tasks",
                f"{names}: {listed(tasks)} unknown there, and jobs of {queue} would be dead; "
                "mend: the same HEADCOUNT_WORKERS and version there, before any is enqueued",
            )


def _unknown_here(workers: list[ProcessSetup], known: frozenset[str]) -> Findings:
    missing = (((one.tasks or known) - known, one.name) for one in workers)
    for tasks, names in grouped(missing).items():
        if tasks:
            yield warning(
                "fleet tasks",
                f"{names}: {listed(tasks)} known there and not to this process: as a worker it "
                "would put their jobs away as dead; mend: HEADCOUNT_WORKERS",
            )


def _waiting(queue: str, look: BrokerLook, known: frozenset[str]) -> Findings:
    """Find jobs in a queue that the next to take them would put away."""
    tasks, workers = look.waiting[queue], takers(look, queue)
    strange = {t for t in tasks if not t.startswith(CELERYS_OWN) and t not in _registered()}
    nobody = {t for t in strange if t not in known | _known_to(workers)}
    some = {t for t in strange - nobody if any(t not in (one.tasks or ()) for one in workers)}
    for unknown, whom in ((nobody, "nobody"), (some, "not every worker of it")):
        if unknown:
            counts = listed(f"{task} ({tasks[task]})" for task in unknown)
            yield problem(
                "queues",
                f"in {queue} jobs wait whose task {whom} knows: {counts}; they would be dead; "
                "mend: HEADCOUNT_WORKERS with their module, here and where workers run",
            )


def _registered() -> set[str]:
    """Return the tasks of this process's classes: what of them others know is said already."""
    return {one.name for one in Worker.registry}


def _known_to(workers: Iterable[ProcessSetup]) -> frozenset[str]:
    return frozenset(task for one in workers for task in one.tasks or ())
