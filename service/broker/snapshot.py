"""One consistent picture of the broker, as plain data.

Read by ``snapshot_reader.py``; shown by health, ``/queues``, the sidecar's metrics and the
command line. Times are Unix seconds by the broker's clock.
"""

from dataclasses import dataclass
from typing import NamedTuple


@dataclass(frozen=True, slots=True)
class LedgerCounts:
    """What a queue's ledger has counted since the broker's data began."""

    enqueued: int = 0
    succeeded: int = 0
    dead: int = 0
    discarded: int = 0
    moved: int = 0

    @property
    def ended(self) -> int:
        """Return the jobs that are over, however they ended."""
        return self.succeeded + self.dead + self.discarded

    @property
    def left(self) -> int:
        """Return the jobs that have left the queue: they are over, or in another one."""
        return self.ended + self.moved


@dataclass(frozen=True, slots=True)
class QueueState:
    """One queue: how many jobs are in which state, and what the ledger says.

    ``oldest_ready_age_seconds``: since the oldest waiting job was due; 0 when none waits.
    ``dead``: jobs in the dead set now. ``leases_expired``: jobs ever taken back from silent
    workers. ``overdue_seconds``: how late the most overdue scheduled job is; 0 when none.
    ``dead_overflow``: dead jobs ever let go of because there were too many, or for too long.
    """

    name: str
    ready: int
    scheduled: int
    leased: int
    dead: int
    oldest_ready_age_seconds: float
    overdue_seconds: float
    leases_expired: int
    ledger: LedgerCounts
    dead_overflow: int = 0

    @property
    def drift(self) -> int:
        """Return the jobs the ledger cannot place; 0 when all add up.

        Source: enqueued = succeeded + dead + discarded + moved + ready + scheduled + leased.
        """
        held = self.ready + self.scheduled + self.leased
        return self.ledger.enqueued - self.ledger.left - held


class WorkerState(NamedTuple):
    """One worker process, as it last reported itself. A tuple: it is made in a quarter of the time.

    ``last_seen``: when. ``loop_age_seconds``: how long before that its event loop had last
    turned. ``idle_seconds``: how long it had had a free slot and accepted nothing; 0 while
    all slots were busy.
    """

    name: str
    host: str
    pid: int
    slots: int
    busy: int
    queues: tuple[str, ...]
    draining: bool
    version: str
    celery_version: str
    last_seen: float
    loop_age_seconds: float
    idle_seconds: float


@dataclass(frozen=True, slots=True)
class CronState:
    """One cron entry. Times are None until they happen for the first time.

    ``interval_seconds``: between its next two runs. ``round_trip_seconds``: of a canary, from its
    due time to its end, when it last succeeded; None for every other job.
    """

    task: str
    schedule: str
    queue: str
    last_dispatch: float | None
    last_success: float | None
    next_due: float | None
    interval_seconds: float | None
    missed: int
    round_trip_seconds: float | None = None


@dataclass(frozen=True, slots=True)
class DeadEntry:
    """One dead job, as anyone may see it: its error's text and traceback may hold its arguments.

    ``died_at``: by the broker's clock. None: the message said nothing of it.
    """

    id: str
    queue: str
    task: str | None
    outcome: str
    error_type: str | None
    attempts: int
    died_at: float


@dataclass(frozen=True, slots=True)
class BrokerState:
    """The broker itself. None: it does not say, as some managed brokers do not.

    ``memory_max_bytes`` 0: no limit. ``memory_total_bytes``: what its machine has.
    ``config_problems``: check -> what is wrong and the command that mends it; a check that is
    well is absent. ``refusal``: why it stores nothing, and what mends it; "" while it does, None
    where we may not ask.
    """

    memory_used_bytes: int | None
    memory_max_bytes: int | None
    memory_total_bytes: int | None
    clients: int | None
    evicted_keys: int | None
    config_problems: dict[str, str]
    refusal: str | None = ""


@dataclass(frozen=True, slots=True)
class Snapshot:
    """Everything read in one go. ``as_of``: the broker's clock; ``probe_seconds``: what it took.

    ``beat_last_tick``: None when no Beat ever reported. ``lease_oldest_age_seconds``: since the
    least recently renewed lease was renewed; 0 when none is held. ``workers`` holds silent ones
    too, for 15 minutes: ``as_of - last_seen`` tells. ``newest_dead``: the newest first.
    """

    as_of: float
    probe_seconds: float
    queues: tuple[QueueState, ...]
    workers: tuple[WorkerState, ...]
    cron: tuple[CronState, ...]
    beat_last_tick: float | None
    lease_oldest_age_seconds: float
    broker: BrokerState
    newest_dead: tuple[DeadEntry, ...] = ()


CONFIG_CHECKS = ("eviction_policy", "persistence")

WORKER_SILENT_SECONDS = 10.0
"""A worker that has not reported for this long is silent: five reports missed."""
