"""Owns the shapes of the JSON answers, which others rely on, and how a snapshot becomes one."""

from typing import Literal, Self

from pydantic import BaseModel, Field

from service.broker.snapshot import QueueState, Snapshot, WorkerState
from service.queues import QUEUE_NAMES
from service.sidecar.checks import Status
from service.sidecar.health import HealthReport
from service.sidecar.probes import Probe
from service.sidecar.times import as_rfc3339
from service.sidecar.worker_states import StateName, consumers, state_of

AS_OF = "When the snapshot was taken: RFC 3339, UTC, by the broker's clock."


class CheckAnswer(BaseModel):
    """One health check."""

    status: Status
    detail: str = Field(description="What is wrong and where, or what was found well.")
    seconds: float = Field(
        description="What the check took; for `broker` with the read of the broker."
    )


class HealthAnswer(BaseModel):
    """The health of the whole of Headcount: the worst of its checks."""

    status: Status
    checks: dict[str, CheckAnswer] = Field(
        description="By name: broker, workers, queues, beat, ledger."
    )

    @classmethod
    def of(cls, report: HealthReport) -> Self:
        """Build the answer from a report."""
        return cls.model_validate(report, from_attributes=True)


class ProbeAnswer(BaseModel):
    """What a probe found out about this host's worker."""

    status: Literal["ok", "stuck", "not_ready"]
    detail: str = Field(description="Why, in words.")

    @classmethod
    def of(cls, probe: Probe) -> Self:
        """Build the answer from a probe."""
        return cls.model_validate(probe, from_attributes=True)


class QueueAnswer(BaseModel):
    """One queue."""

    name: str
    ready: int = Field(description="Jobs that wait for a free slot.")
    scheduled: int = Field(description="Jobs whose time has not come, retries included.")
    leased: int = Field(description="Jobs a worker holds: running, or about to run.")
    dead: int = Field(description="Jobs in the dead set now.")
    oldest_ready_age_seconds: float = Field(
        description="Since the oldest waiting job was due; 0 when none waits."
    )
    workers: int = Field(description="Live workers that consume the queue and are not draining.")
    slots: int = Field(description="Jobs those workers can perform at once.")

    @classmethod
    def of(cls, snapshot: Snapshot, queue: QueueState) -> Self:
        """Build the answer for one queue of a snapshot."""
        workers = consumers(snapshot, queue.name)
        return cls(
            name=queue.name,
            ready=queue.ready,
            scheduled=queue.scheduled,
            leased=queue.leased,
            dead=queue.dead,
            oldest_ready_age_seconds=round(queue.oldest_ready_age_seconds, 3),
            workers=len(workers),
            slots=sum(worker.slots for worker in workers),
        )


class QueuesAnswer(BaseModel):
    """Queues in priority order."""

    as_of: str = Field(description=AS_OF)
    queues: list[QueueAnswer]

    @classmethod
    def of(cls, snapshot: Snapshot, names: tuple[str, ...] = QUEUE_NAMES) -> Self:
        """Build the answer for the queues ``names``, in their order of priority."""
        queues = {queue.name: queue for queue in snapshot.queues if queue.name in names}
        rows = [QueueAnswer.of(snapshot, queues[name]) for name in QUEUE_NAMES if name in queues]
        return cls(as_of=as_rfc3339(snapshot.as_of), queues=rows)


class WorkerAnswer(BaseModel):
    """One worker process, as it last reported itself."""

    name: str
    host: str
    slots: int = Field(description="Jobs it can perform at once.")
    busy: int = Field(description="Slots that were performing a job.")
    queues: list[str] = Field(description="Queues it consumes.")
    draining: bool = Field(description="Whether it takes no new jobs.")
    last_seen: str = Field(description="When it last reported: RFC 3339, UTC.")
    state: StateName = Field(
        description="live; draining; stuck: reports but makes no progress; silent: stopped "
        "reporting without a goodbye (forgotten after 15 minutes)."
    )

    @classmethod
    def of(cls, snapshot: Snapshot, worker: WorkerState) -> Self:
        """Build the answer for one worker of a snapshot."""
        return cls(
            name=worker.name,
            host=worker.host,
            slots=worker.slots,
            busy=worker.busy,
            queues=list(worker.queues),
            draining=worker.draining,
            last_seen=as_rfc3339(worker.last_seen),
            state=state_of(snapshot, worker),
        )


class WorkersAnswer(BaseModel):
    """Worker processes seen within the last 15 minutes, by host and name."""

    as_of: str = Field(description=AS_OF)
    workers: list[WorkerAnswer]

    @classmethod
    def of(cls, snapshot: Snapshot) -> Self:
        """Build the answer for all workers of a snapshot."""
        workers = sorted(snapshot.workers, key=lambda worker: (worker.host, worker.name))
        rows = [WorkerAnswer.of(snapshot, worker) for worker in workers]
        return cls(as_of=as_rfc3339(snapshot.as_of), workers=rows)


class ProblemAnswer(BaseModel):
    """Why there is no other answer."""

    detail: str = Field(description="What was wrong and what is allowed, in one line.")
