"""The tables of a live view: queues, workers, running jobs.

Names come from whoever can reach the broker: each is one harmless line (``cells.py``). Widths are
in cells of a terminal; colours mean what they mean on the dashboards.
"""

from collections.abc import Iterable

from rich.cells import cell_len
from rich.table import Table
from rich.text import Text

from service.broker.running import RunningJob
from service.broker.snapshot import QueueState, Snapshot, WorkerState
from service.cli import palette
from service.cli.broker_watch import Seen
from service.cli.cells import NOTHING, briefly, counted, cropped, one_line, rated
from service.queues import QUEUES
from service.sidecar.worker_states import (
    TROUBLE_FIRST,
    consumers,
    silence_seconds,
    state_of,
)

WIDE_COLUMNS = 90
UUID_COLUMNS, FOR_AND_QUEUE_COLUMNS = 36, 7 + 8
HUNG = (3600, palette.WARN)
"""A job that has run for so long raises HeadcountJobHung."""

QUEUE_COLUMNS = (
    "queue", "ready", "scheduled", "leased", "dead", "in/s", "out/s", "empty in", "oldest",
    "workers", "slots",
)  # fmt: skip
RUNNING_COLUMNS = ("for", "queue", "job id", "task", "worker")


def queue_table(seen: Seen, columns: int) -> Table:
    """Return the queues in priority order; without room for it, the number of slots is left out."""
    shown = len(QUEUE_COLUMNS) - (columns < WIDE_COLUMNS)
    table = _table(columns, *QUEUE_COLUMNS[:shown])
    for column in table.columns[1:]:
        column.justify = "right"
    for queue in seen.snapshot.queues:
        table.add_row(*_queue_row(seen, queue)[:shown])
    return table


def _queue_row(seen: Seen, queue: QueueState) -> list[Text]:
    flow, serving = seen.flows.get(queue.name), consumers(seen.snapshot, queue.name)
    allowed = {one.name: one.wait_threshold_seconds for one in QUEUES}[queue.name]
    share = queue.oldest_ready_age_seconds / allowed
    age = briefly(queue.oldest_ready_age_seconds) if queue.ready else NOTHING
    return [
        Text(queue.name, palette.QUEUES[queue.name]),
        Text(counted(queue.ready)),
        Text(counted(queue.scheduled)),
        Text(counted(queue.leased)),
        Text(counted(queue.dead), palette.step(queue.dead, (1, palette.WARN))),
        Text(rated(flow.enqueued) if flow else NOTHING),
        Text(rated(flow.ended) if flow else NOTHING),
        Text(briefly(flow.empty_in_seconds) if flow else NOTHING),
        Text(age, palette.step(share, (0.5, palette.NOTICE), (1, palette.BAD))),
        Text(str(len(serving)), "" if serving else palette.BAD),
        Text(str(sum(worker.slots for worker in serving))),
    ]


def worker_table(snapshot: Snapshot, columns: int, rows: int) -> Table:
    """Return so many of the known workers, those in trouble first."""
    table = _table(columns, "worker", "state", "busy", "queues", "seen")
    for worker in sorted(snapshot.workers, key=lambda one: _trouble(snapshot, one))[:rows]:
        state = state_of(snapshot, worker)
        table.add_row(
            Text(cropped(one_line(worker.name), columns // 2)),
            Text(state, palette.STATES[state]),
            Text(f"{worker.busy}/{worker.slots}"),
            Text(one_line(",".join(worker.queues))),
            Text(f"{briefly(silence_seconds(snapshot, worker))} ago"),
        )
    return table


def _trouble(snapshot: Snapshot, worker: WorkerState) -> tuple[int, str]:
    return TROUBLE_FIRST.index(state_of(snapshot, worker)), worker.name


def running_table(seen: Seen, columns: int, rows: int) -> Table:
    """Return so many of the running jobs, the longest running first."""
    states = {one.name: state_of(seen.snapshot, one) for one in seen.snapshot.workers}
    jobs = seen.running.jobs[:rows]
    names = [_names(job, max(UUID_COLUMNS, columns // 4)) for job in jobs]
    fixed = _widest(one for one, _, _ in names) + FOR_AND_QUEUE_COLUMNS + 4 * _gap(columns)
    task_columns, worker_columns = _shares(
        columns - fixed, _widest(one for _, one, _ in names), _widest(one for _, _, one in names)
    )
    table = _table(columns, *RUNNING_COLUMNS)
    for job, (job_id, task, worker) in zip(jobs, names, strict=True):
        trouble = palette.STATES.get(states.get(job.worker or "", "live"), "")
        table.add_row(
            Text(briefly(job.seconds), palette.step(job.seconds or 0.0, HUNG)),
            Text(one_line(job.queue), palette.QUEUES.get(job.queue, "")),
            Text(job_id),
            Text(cropped(task, task_columns)),
            Text(cropped(worker, worker_columns), "" if trouble == palette.OK else trouble),
        )
    return table


def _names(job: RunningJob, id_columns: int) -> tuple[str, str, str]:
    """Return a job's id, task and worker, as they are shown where there is room."""
    job_id = cropped(one_line(job.id or NOTHING), id_columns)
    return job_id, one_line(job.task or NOTHING), one_line(job.worker or "plain Celery")


def _shares(room: int, task: int, worker: int) -> tuple[int, int]:
    """Return the columns that tasks and workers get; a third is the workers' if they need it."""
    theirs = min(worker, max(room // 3, room - task))
    return max(1, min(task, room - theirs)), max(1, theirs)


def _widest(texts: Iterable[str]) -> int:
    return max(map(cell_len, texts), default=0)


def _gap(columns: int) -> int:
    return 2 if columns >= WIDE_COLUMNS else 1


def _table(columns: int, *headings: str) -> Table:
    padding = (0, _gap(columns), 0, 0)
    table = Table(box=None, padding=padding, pad_edge=False, header_style=palette.FAINT)
    for heading in headings:
        table.add_column(heading, no_wrap=True, overflow="ellipsis")
    return table
