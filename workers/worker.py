"""The base class of jobs: what a job declares, and how callers enqueue it."""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any, ClassVar

from service.queues import DEFAULT_QUEUE
from workers.declaration import check_declaration
from workers.registry import Registry

if TYPE_CHECKING:
    from workers.results import JobResult


class Worker:
    """A job: subclass it, set what differs, write ``perform``.

    Attributes:
        queue: "critical", "default" or "low", in strict priority order.
        max_retries: attempts after the first, for whatever ended it; then the dead set.
        cron_schedule: five fields, or @hourly, @daily, ...; enqueued by Beat.
        cron_deadline: seconds by which a scheduled run may be late, when Beat or the broker was
            away; a later one is counted as missed. None: until the next one is due.
        retry_backoff: base seconds of the exponential delay between attempts.
        retry_backoff_max: longest delay in seconds.
        retry_jitter: spread delays over the upper half, so that failures do not return at once.
        time_limit: seconds after which the job's process is killed.
        soft_time_limit: seconds after which ``SoftTimeLimitExceeded`` is raised inside it.
        expires_in: seconds after its due time from which an attempt is no longer begun.
        unique_for: seconds during which a second job with the same arguments is not enqueued
            while the first is pending.
        store_result: keep the return value in the result store for a day.
        log_arguments: names of the arguments that may be logged.
        name: task name; ``module.ClassName`` unless set.
    """

    queue: ClassVar[str] = DEFAULT_QUEUE
    max_retries: ClassVar[int] = 3
    cron_schedule: ClassVar[str | None] = None
    cron_deadline: ClassVar[float | None] = None
    retry_backoff: ClassVar[float] = 5
    retry_backoff_max: ClassVar[float] = 600
    retry_jitter: ClassVar[bool] = True
    time_limit: ClassVar[float | None] = None
    soft_time_limit: ClassVar[float | None] = None
    expires_in: ClassVar[float | None] = None
    unique_for: ClassVar[float | None] = None
    store_result: ClassVar[bool] = False
    log_arguments: ClassVar[Sequence[str]] = ()
    name: ClassVar[str]

    perform: ClassVar[Callable[..., Any]]
    """Does the job: a classmethod that every subclass has."""

    registry: ClassVar[Registry] = Registry()

    def __init_subclass__(cls, abstract: bool = False, **kwargs: Any) -> None:
        """Register a job class; ``class Base(Worker, abstract=True)`` declares none."""
        super().__init_subclass__(**kwargs)
        if abstract:
            return
        if "name" not in cls.__dict__:
            cls.name = f"{cls.__module__}.{cls.__qualname__}"
        check_declaration(cls)
        cls.registry.add(cls)

    @classmethod
    def perform_async(cls, /, *args: Any, **kwargs: Any) -> "JobResult":
        """Enqueue the job now; ``.id`` of the result is the job's id.

        Raises:
            ArgumentsError: an argument is not JSON or does not fit ``perform``.
            EnqueueError: the broker did not take it, within ten seconds.
        """
        from workers.enqueue import enqueue

        return enqueue(cls, args, kwargs, due_at=None)

    @classmethod
    def perform_in(cls, seconds: float, /, *args: Any, **kwargs: Any) -> "JobResult":
        """Enqueue the job to run in so many seconds; 0 or less is now. Raises as perform_async."""
        from workers.due import due_in
        from workers.enqueue import enqueue

        return enqueue(cls, args, kwargs, due_in(seconds))

    @classmethod
    def perform_at(cls, when: datetime, /, *args: Any, **kwargs: Any) -> "JobResult":
        """Enqueue the job to run at a time; the past is now. Raises as perform_async.

        A naive ``when`` is the machine's local time.
        """
        from workers.due import due_at
        from workers.enqueue import enqueue

        return enqueue(cls, args, kwargs, due_at(when))

    @classmethod
    def perform_bulk(cls, arguments: Iterable[Sequence[Any]]) -> "list[JobResult]":
        """Enqueue many jobs, given their positional arguments, 1,000 in a round trip.

        All arguments are checked before the first job is enqueued. Raises as perform_async.
        """
        from workers.bulk import enqueue_many

        return enqueue_many(cls, arguments)
