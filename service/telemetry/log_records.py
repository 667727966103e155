"""The standard library's door into the log: its records become lines."""

import logging
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from service.telemetry.log_lines import Fields, LineWriter, line_fields
from service.telemetry.tracebacks import exception_fields

# ``color_message`` is uvicorn's second copy of a message, with terminal codes in it.
NOT_EXTRA = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "color_message"}


class LineHandler(logging.Handler):
    """Writes every record as one line."""

    def __init__(self, writer: LineWriter) -> None:
        super().__init__()
        self._writer = writer

    def emit(self, record: logging.LogRecord) -> None:
        """Write one record; a failure is reported by logging's own means, never raised."""
        try:
            self._writer.write(_fields(record))
        except Exception:  # noqa: BLE001 - the contract of logging's handlers
            self.handleError(record)


def _fields(record: logging.LogRecord) -> Fields:
    at = datetime.fromtimestamp(record.created, UTC)
    level = record.levelname.lower()
    return line_fields(at, level, _message(record), record.name, _own_fields(record))


def _message(record: logging.LogRecord) -> str:
    try:
        return record.getMessage()
    except Exception:  # noqa: BLE001 - arguments that do not fit must not cost the line
        return f"{record.msg} (its arguments do not fit it)"


def _own_fields(record: logging.LogRecord) -> Mapping[str, Any]:
    own = {key: value for key, value in vars(record).items() if key not in NOT_EXTRA}
    if record.name.startswith("celery"):
        # Celery attaches the job's arguments here.
        own.pop("data", None)
    if record.exc_info:
        own["exception"] = exception_fields(record.exc_info)
    elif record.exc_text:
        own["exception"] = {"traceback": record.exc_text}
    if record.stack_info:
        own["stack"] = record.stack_info
    return own
