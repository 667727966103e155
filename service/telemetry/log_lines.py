"""A log line: how its fields are put together, rendered as JSON, and written.

Both doors into the log, the standard library's and structlog's, end here.
"""

import os
import select
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

import orjson
from structlog.contextvars import get_contextvars

from service.telemetry.job_context import context_fields

Fields = dict[str, Any]
Render = Callable[[Fields], bytes]

STANDARD_OUTPUT = 1
REPR_LIMIT = 1_000
DEPTH_LIMIT = 8
_OPTIONS = orjson.OPT_APPEND_NEWLINE | orjson.OPT_UTC_Z


class LineWriter:
    """Writes each line with one system call, so that processes sharing a pipe do not mix theirs.

    POSIX promises that up to 4,096 bytes; longer ones stay whole while the pipe has room.
    No buffer and no lock: nothing to flush at exit, nothing held across a fork.
    """

    def __init__(self, render: Render, level: int, fd: int = STANDARD_OUTPUT) -> None:
        self.level = level
        self._render = render
        self._fd = fd
        self._lost = 0

    @property
    def lost(self) -> int:
        """Lines that could not be written, since whoever read them is gone or a disk is full."""
        return self._lost

    def write(self, fields: Fields) -> None:
        """Render and write one line."""
        line = self._render(fields)
        try:
            sent = os.write(self._fd, line)
            if sent < len(line):
                self._write_rest(line[sent:])
        except BlockingIOError:
            self._write_rest(line)
        except OSError:
            self._lost += 1

    def _write_rest(self, line: bytes) -> None:
        """Write on where the reader is slow and the descriptor does not block."""
        while line:
            select.select([], [self._fd], [])
            try:
                line = line[os.write(self._fd, line) :]
            except BlockingIOError:
                continue
            except OSError:
                self._lost += 1
                return


def line_fields(
    at: datetime, level: str, event: str, logger: str, own: Mapping[str, Any]
) -> Fields:
    """Return a line's fields, its job's included, in the order they are shown.

    A field of the caller's own that has the name of one of these gets an underscore after it.
    """
    fields = {"timestamp": at, "level": level, "event": event, "logger": logger}
    fields |= context_fields()
    for key, value in {**get_contextvars(), **own}.items():
        fields[f"{key}_" if key in fields else key] = value
    return fields


def now() -> datetime:
    """Return the time, as lines carry it."""
    return datetime.now(UTC)


def render_json(fields: Fields) -> bytes:
    """Return one line of JSON, whatever the values are."""
    try:
        return orjson.dumps(fields, default=safe_repr, option=_OPTIONS)
    except TypeError:
        return orjson.dumps(json_safe(fields), option=_OPTIONS)


def safe_repr(value: object) -> str:
    """Return the value's repr, shortened; something in its place where that fails."""
    try:
        return repr(value)[:REPR_LIMIT]
    except Exception:  # noqa: BLE001 - a broken __repr__ must not cost the line
        return f"<{type(value).__name__}: its __repr__ failed>"


def json_safe(value: object, depth: int = DEPTH_LIMIT) -> object:
    """Return the value with all that orjson refuses replaced by strings."""
    if isinstance(value, str):
        return value.encode("utf-8", "backslashreplace").decode()
    if value is None or isinstance(value, bool | float | datetime):
        return value
    if isinstance(value, int):
        return value if abs(value) < 2**63 else str(value)
    if depth and isinstance(value, Mapping):
        return {str(json_safe(str(k), 0)): json_safe(v, depth - 1) for k, v in value.items()}
    if depth and isinstance(value, list | tuple | set | frozenset):
        return [json_safe(item, depth - 1) for item in value]
    return json_safe(safe_repr(value), 0)
