"""Celery's consumer, for the messages that never become an attempt: these are dead, not deleted."""

import logging
import time
from collections.abc import Callable
from json import JSONDecodeError
from typing import Any, ClassVar

from celery import signals
from celery.worker.consumer import Consumer
from kombu.exceptions import ContentDisallowed, DecodeError

from service.broker.dead_set import dead_record
from service.broker.lease import Lease
from service.broker.message import same_message, stamp
from service.broker.soundness import UnsoundError, sound
from service.telemetry.catalogue import OTHER
from service.telemetry.events import Attempt, Outcome
from workers.attempt import attempt_of, end_attempt, uniqueness
from workers.job_scope import scope_jobs
from workers.outcomes import ERROR_LIMIT, Failure

logger = logging.getLogger("headcount.worker")

CELERYS_CONTROL = "celery.worker.consumer.control:Control"

QUOTE_NOTHING = (UnsoundError, ContentDisallowed, JSONDecodeError, UnicodeDecodeError)
"""Errors whose text is of no argument: it says what is wrong, or where."""


class JobConsumer(Consumer):
    """Consumes job queues; whatever it cannot run goes to the dead set, counted as unknown."""

    class Blueprint(Consumer.Blueprint):
        """Celery's steps, but for remote control's; it tells nobody the sentinels' password."""

        default_steps: ClassVar = [
            "workers.bootsteps:SteadyControl" if step == CELERYS_CONTROL else step
            for step in Consumer.Blueprint.default_steps
        ]

        def info(self, consumer: Any) -> dict[str, Any]:
            """Return what ``inspect stats``, and so Flower, tell of it."""
            told: dict[str, Any] = super().info(consumer)
            if isinstance(told.get("broker"), dict):  # "N/A" while there is no connection
                told["broker"].pop("transport_options", None)
            return told

    def update_strategies(self) -> None:
        """Set up the tasks as Celery does; these tracers serve the pools without children."""
        super().update_strategies()
        scope_jobs(self.app)

    def on_ready(self) -> None:
        """Follow the intake, which exists now that consuming has begun: its leases are renewed."""
        super().on_ready()
        self.app.activity.consume_through(self.task_consumer.channel.intake)

    def create_task_handler(self, **options: Any) -> Callable[[Any], None]:
        """Return what takes messages; nothing in one ends the worker.

        Those whose task is known go straight to its strategy: their acknowledgement is the
        lease's end, and needs none of Celery's promises. The others take Celery's way.
        """
        take, strategies, callbacks = (
            super().create_task_handler(**options),
            self.strategies,
            self.on_task_message,
        )

        def on_task_received(message: Any) -> None:
            task = (message.headers or {}).get("task")
            known = strategies.get(task) if isinstance(task, str) else None
            info = message.delivery_info or {}
            lease = info.get("lease")
            try:
                if known is not None and lease is not None:
                    if message.headers.get("eta") and _put_off(message):
                        return
                    known(message, None, _unused, _unused, callbacks)
                else:
                    take(message)
            except DecodeError as error:
                self.on_decode_error(message, error)
            except Exception as error:  # noqa: BLE001 - the next worker would not fare better
                info["lease"] = lease  # the request has taken it out, if it came so far
                self.on_invalid_task(None, message, error)

        return on_task_received

    def on_unknown_task(self, body: Any, message: Any, exc: Exception) -> None:
        """Nobody registered a task of this name."""
        name = message.headers.get("task")
        shown = repr(name)[:ERROR_LIMIT]
        self._bury(message, Failure("NotRegistered", f"no task is called {shown}"))
        signals.task_unknown.send(
            sender=self, message=message, exc=exc, name=name, id=message.headers.get("id")
        )

    def on_invalid_task(self, body: Any, message: Any, exc: Exception) -> None:
        """The message is no valid task."""
        self._bury(message, _unreadable("invalid message", exc))
        signals.task_rejected.send(sender=self, message=message, exc=exc)

    def on_unknown_message(self, body: Any, message: Any) -> None:
        """The message names no task at all."""
        self._bury(message, Failure("UnknownMessage", "the message names no task"))

    def on_decode_error(self, message: Any, exc: Exception) -> None:
        """The message's body cannot be decoded, or must not be."""
        self._bury(message, _unreadable("undecodable message", exc))

    def _bury(self, message: Any, failure: Failure) -> None:
        lease = (message.delivery_info or {}).get("lease")
        headers = sound(message.headers)
        job_id = str(headers.get("id") or (lease.tag if lease else message.delivery_tag))
        queue = lease.queue if lease else (message.delivery_info or {}).get("routing_key", "")
        attempt = self._received(lease) or attempt_of(
            queue,
            OTHER,
            {**headers, "id": job_id},
            redelivered=lease is not None and lease.deliveries > 1,
        )
        end_attempt(self.app.attempts, attempt, Outcome.UNKNOWN, failure)
        if lease is None:
            message.reject_log_error(logger, self.connection_errors)
            return
        record = dead_record(
            job_id=job_id,
            queue=queue,
            task=headers.get("task"),
            outcome=Outcome.UNKNOWN.value,
            attempts=attempt.number,
            headers=headers,
            error_type=failure.error_type,
            error=failure.error,
        )
        lease.bury(job_id, record, uniqueness(headers))

    def _received(self, lease: Lease | None) -> Attempt | None:
        """Return the attempt that a message has become, if it failed only then."""
        held = self.app.attempts.held() if lease is not None else []
        return next((one for one in held if lease and one.lease_tag == lease.tag), None)


def _put_off(message: Any) -> bool:
    """Put a job that is not due yet on its queue's schedule; return whether it was such a one.

    Only plain Celery clients put them into a list. Celery would hold it in this worker's memory
    until it is due, and each worker killed meanwhile would count as a delivery.
    """
    due_at = stamp(message.headers, time.time())
    if due_at is None:
        return False
    lease = message.delivery_info.pop("lease")  # which is no part of the message
    try:
        lease.again(same_message(message, message.headers), due_at)
    finally:
        message.delivery_info["lease"] = lease
    return True


def _unreadable(what: str, error: Exception) -> Failure:
    """Return why a message is dead; other errors' texts may quote what is in it."""
    if isinstance(error, DecodeError) and error.args and isinstance(error.args[0], Exception):
        error = error.args[0]  # kombu wraps it
    said = f"{what}: {error}" if isinstance(error, QUOTE_NOTHING) else what
    return Failure(type(error).__name__, said[:ERROR_LIMIT])


def _unused(*_: Any) -> None:
    """Stand in for an acknowledgement that nobody calls: the lease's end is one."""
