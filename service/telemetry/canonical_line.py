"""The canonical line: one per attempt, with all there is to say about how it ended."""

import logging

from service.telemetry.events import Event, JobFinished, Outcome
from service.telemetry.log_lines import Fields, LineWriter, now
from service.telemetry.tracebacks import MESSAGE_LIMIT, shortened

LOGGER = "headcount.jobs"
SECONDS_DIGITS = 6

_ERRORS = (Outcome.FAILED, Outcome.TIMED_OUT, Outcome.LOST, Outcome.UNKNOWN)
LEVELS = {
    **dict.fromkeys(Outcome, "info"),
    **dict.fromkeys(_ERRORS, "error"),
    Outcome.RETRIED: "warning",
}
"""Outcome -> level: error where the job is dead, warning where it runs again."""


class CanonicalLine:
    """A listener that writes one ``job_finished`` line per attempt, level permitting.

    The event says all about the job; whatever context the caller is in stays out of it.
    """

    hears = (JobFinished,)

    def __init__(self, writer: LineWriter) -> None:
        self._write = writer.write
        severity = logging.getLevelNamesMapping()
        self._quiet = {
            outcome for outcome, level in LEVELS.items() if severity[level.upper()] < writer.level
        }

    def __call__(self, event: Event) -> None:
        """Write the line of a JobFinished; other events have none."""
        if isinstance(event, JobFinished) and event.outcome not in self._quiet:
            self._write(_fields(event))


def _fields(event: JobFinished) -> Fields:
    fields: Fields = {
        "timestamp": now(),
        "level": LEVELS[event.outcome],
        "event": "job_finished",
        "logger": LOGGER,
        "queue": event.queue,
        "task": event.task,
        "job_id": event.job_id,
        "attempt": event.attempt,
        "correlation_id": event.correlation_id,
        "outcome": str(event.outcome),  # orjson would ask the enum for its value, in Python
    }
    _add_what_is_known(event, fields)
    return fields


def _add_what_is_known(event: JobFinished, fields: Fields) -> None:
    if event.wait_seconds is not None:
        fields["wait_seconds"] = round(event.wait_seconds, SECONDS_DIGITS)
    if event.duration_seconds is not None:
        fields["duration_seconds"] = round(event.duration_seconds, SECONDS_DIGITS)
    if event.error_type is not None:
        fields["error_type"] = event.error_type
    if event.error is not None:
        fields["error"] = shortened(event.error, MESSAGE_LIMIT)
    if event.arguments:
        fields["arguments"] = event.arguments
