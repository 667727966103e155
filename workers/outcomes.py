"""From what Celery reports of an attempt to its one outcome."""

from dataclasses import dataclass

from billiard.einfo import ExceptionWithTraceback
from billiard.exceptions import (
    SoftTimeLimitExceeded,
    Terminated,
    TimeLimitExceeded,
    WorkerLostError,
)
from celery.exceptions import Ignore, Reject, Retry
from celery.utils.serialization import UnpickleableExceptionWrapper

from service.telemetry.events import Outcome

ERROR_LIMIT = 500
"""Characters of an error's text that are kept."""

LEDGER_STATE = {
    Outcome.SUCCEEDED: "succeeded",
    Outcome.REJECTED: "discarded",
    Outcome.REVOKED: "discarded",
    Outcome.EXPIRED: "discarded",
    Outcome.RETRIED: "released",
}
"""Outcome -> what becomes of the lease; every other outcome buries the job."""


@dataclass(frozen=True, slots=True)
class Failure:
    """What went wrong, as text: safe to log, count and keep."""

    error_type: str
    error: str

    def __str__(self) -> str:
        return f"{self.error_type}: {self.error}"


def unwrap(error: BaseException) -> BaseException:
    """Return the exception a child raised, without billiard's wrapping."""
    return error.exc if isinstance(error, ExceptionWithTraceback) else error


def outcome_of(error: BaseException) -> Outcome:
    """Return how an attempt ended that raised ``error``, if it is not tried again."""
    kinds: tuple[tuple[type[BaseException] | tuple[type[BaseException], ...], Outcome], ...] = (
        (Retry, Outcome.RETRIED),
        (Reject, Outcome.REJECTED),
        (Ignore, Outcome.SUCCEEDED),
        (Terminated, Outcome.REVOKED),
        ((TimeLimitExceeded, SoftTimeLimitExceeded), Outcome.TIMED_OUT),
        ((WorkerLostError, SystemExit, KeyboardInterrupt), Outcome.LOST),
    )
    return next((outcome for kind, outcome in kinds if isinstance(error, kind)), Outcome.FAILED)


def failure_of(error: BaseException) -> Failure | None:
    """Return what went wrong; None for what is no error, such as ``Ignore``."""
    if isinstance(error, Retry):
        return failure_of(error.exc) if isinstance(error.exc, BaseException) else None
    if isinstance(error, Ignore):
        return None
    if isinstance(error, UnpickleableExceptionWrapper):
        return Failure(error.exc_cls_name, _text(error))
    return Failure(type(error).__name__, _text(error))


def storable(text: str) -> str:
    """Return text that UTF-8 can carry: an error may quote the name of a file that is none."""
    return text.encode(errors="backslashreplace").decode()


def _text(error: BaseException) -> str:
    try:
        return storable(str(error)[:ERROR_LIMIT])
    except Exception:  # noqa: BLE001 - an exception whose text raises must not hide the outcome
        return "(its text cannot be read)"
