"""Exceptions as log fields: type, message and traceback, each bounded in size."""

import sys
import traceback
from types import TracebackType

FRAME_LIMIT = 50
"""Innermost frames kept of each exception in a chain."""

MESSAGE_LIMIT = 1_000
TRACEBACK_LIMIT = 8_000
"""Characters kept; of a longer traceback the first eighth and the end."""

ExcInfo = tuple[type[BaseException], BaseException, TracebackType | None]


def exception_fields(exc_info: object) -> dict[str, str] | None:
    """Return ``type``, ``message`` and ``traceback`` of what ``exc_info=`` was given.

    That is an exception, what ``sys.exc_info()`` returns, or something true for the
    exception being handled. None where there is no exception.
    """
    found = _normalised(exc_info)
    if found is None:
        return None
    kind, error, _ = found
    return {
        "type": kind.__name__,
        "message": _message(error),
        "traceback": shortened(_formatted(found), TRACEBACK_LIMIT),
    }


def shortened(text: str, limit: int) -> str:
    """Return the text, its middle left out where it has more characters than ``limit``."""
    if len(text) <= limit:
        return text
    head = limit // 8
    tail = limit - head
    return f"{text[:head]}\n[{len(text) - limit} characters left out]\n{text[-tail:]}"


def _normalised(exc_info: object) -> ExcInfo | None:
    if isinstance(exc_info, BaseException):
        return type(exc_info), exc_info, exc_info.__traceback__
    if not isinstance(exc_info, tuple):
        exc_info = sys.exc_info() if exc_info else (None, None, None)
    kind, error, trace = exc_info
    return None if kind is None else (kind, error, trace)


def _message(error: BaseException) -> str:
    try:
        return shortened(str(error), MESSAGE_LIMIT)
    except Exception:  # noqa: BLE001 - an exception's own __str__ may be what is broken
        return "<no message: its __str__ failed>"


def _formatted(found: ExcInfo) -> str:
    try:
        return "".join(traceback.format_exception(*found, limit=-FRAME_LIMIT))
    except Exception as error:  # noqa: BLE001 - a pool's stand-in for a traceback can lack parts
        return f"<no traceback: {type(error).__name__} while formatting it>"
