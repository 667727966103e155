"""structlog's door into the log: its events become lines without passing through logging."""

import sys
from typing import Any

import structlog
from structlog.processors import StackInfoRenderer
from structlog.typing import EventDict

from service.telemetry.log_lines import Fields, LineWriter, line_fields, now
from service.telemetry.tracebacks import exception_fields


class LineLogger:
    """What structlog's bound loggers hand their finished fields to."""

    def __init__(self, name: str, writer: LineWriter) -> None:
        self.name = name
        self.msg = writer.write

    def __getattr__(self, level: str) -> Any:
        """Return the one way to write: levels are in the fields already."""
        if level.startswith("_"):
            raise AttributeError(level)
        return self.msg


def configure_structlog(writer: LineWriter) -> None:
    """Let every structlog logger write its lines with ``writer``, from its level up."""
    structlog.configure(
        processors=[StackInfoRenderer(), _to_line],
        wrapper_class=structlog.make_filtering_bound_logger(writer.level),
        logger_factory=lambda *names: LineLogger(names[0] if names else _calling_module(), writer),
        cache_logger_on_first_use=True,
    )


def _to_line(
    logger: LineLogger, level: str, event_dict: EventDict
) -> tuple[tuple[Fields], dict[str, Any]]:
    event = event_dict.pop("event", "")
    exception = exception_fields(event_dict.pop("exc_info", None))
    if exception is not None:
        event_dict["exception"] = exception
    return (line_fields(now(), level, str(event), logger.name, event_dict),), {}


def _calling_module() -> str:
    """Return the module that asked structlog for a logger without naming it."""
    frame = sys._getframe(1)
    while _module(frame).startswith(("structlog", __name__)) and frame.f_back is not None:
        frame = frame.f_back
    return _module(frame)


def _module(frame: Any) -> str:
    return str(frame.f_globals.get("__name__", "?"))
