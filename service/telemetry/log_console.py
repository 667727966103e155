"""Log lines for people at a terminal."""

import os
from datetime import datetime

from structlog.dev import ConsoleRenderer, plain_traceback

from service.telemetry.log_lines import Fields, Render


def console_renderer(fd: int) -> Render:
    """Return a renderer of readable lines, coloured where ``fd`` is a terminal."""
    renderer = ConsoleRenderer(
        colors=os.isatty(fd), exception_formatter=plain_traceback, sort_keys=False
    )

    def render(fields: Fields) -> bytes:
        text = renderer(None, str(fields["level"]), _readable(fields))
        return f"{text}\n".encode("utf-8", "backslashreplace")

    return render


def _readable(fields: Fields) -> Fields:
    """Return the fields with a local time of day and the traceback as text."""
    readable = dict(fields)
    at = readable["timestamp"]
    if isinstance(at, datetime):
        readable["timestamp"] = at.astimezone().strftime("%H:%M:%S.%f")[:-3]
    exception = readable.get("exception")
    if isinstance(exception, dict):
        readable["exception"] = exception["traceback"]
    return {name: _shown(value) for name, value in readable.items()}


def _shown(value: object) -> object:
    """Return text that a terminal only shows: ids and errors come from whoever sends jobs."""
    if not isinstance(value, str) or value.isprintable():
        return value
    return "".join(c if c.isprintable() or c in "\n\t" else ascii(c)[1:-1] for c in value)
