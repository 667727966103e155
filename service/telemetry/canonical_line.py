"""The canonical line: one per attempt, with all there is to say about how it ended."""

import logging

from service.telemetry.events import Attempt, Event, Outcome
from service.telemetry.log_lines import Fields, LineWriter, now
from service.telemetry.tracebacks import MESSAGE_LIMIT, shortened
from service.telemetry.traced import trace_fields

LOGGER = "headcount.jobs"
MICROSECONDS = 1e6  # rounding to whole ones costs a third of rounding to six digits

_ERRORS = (Outcome.FAILED, Outcome.TIMED_OUT, Outcome.LOST, Outcome.UNKNOWN)
LEVELS = {
    **dict.fromkeys(Outcome, "info"),
    **dict.fromkeys(_ERRORS, "error"),
    Outcome.RETRIED: "warning",
}
"""Outcome -> level: error where the job is dead, warning where it runs again."""


class CanonicalLine:
    """A listener that writes one ``job_finished`` line per attempt, level permitting.

    The attempt says all about the job; whatever context the caller is in stays out of it.
    """

    hears = (Attempt,)

    def __init__(self, writer: LineWriter) -> None:
        self._write = writer.write
        severity = logging.getLevelNamesMapping()
        self._loud = {
            outcome: (level, outcome.value)
            for outcome, level in LEVELS.items()
            if severity[level.upper()] >= writer.level
        }
        """Outcomes worth a line -> what it calls level and outcome."""

    def __call__(self, event: Event) -> None:
        """Write the line of an attempt; other events have none."""
        if isinstance(event, Attempt) and event.outcome in self._loud:
            self._write(_fields(event, *self._loud[event.outcome]))


def _fields(attempt: Attempt, level: str, outcome: str) -> Fields:
    fields: Fields = {
        "timestamp": now(),
        "level": level,
        "event": "job_finished",
        "logger": LOGGER,
        "queue": attempt.queue,
        "task": attempt.task,
        "job_id": attempt.job_id,
        "attempt": attempt.number,
        "correlation_id": attempt.correlation_id,
        "outcome": outcome,
    }
    if attempt.traced is not None:
        fields |= trace_fields(attempt.traced.name)
    if attempt.wait_seconds is not None:
        fields["wait_seconds"] = round(attempt.wait_seconds * MICROSECONDS) / MICROSECONDS
    if attempt.duration_seconds is not None:
        fields["duration_seconds"] = round(attempt.duration_seconds * MICROSECONDS) / MICROSECONDS
    if attempt.error_type is not None:
        fields["error_type"] = attempt.error_type
    if attempt.error is not None:
        fields["error"] = shortened(attempt.error, MESSAGE_LIMIT)
    if attempt.arguments:
        fields["arguments"] = attempt.arguments
    return fields
