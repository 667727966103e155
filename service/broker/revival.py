"""A dead job's message, made ready to be tried again."""

import time
from dataclasses import dataclass
from typing import Any

import orjson

from service.broker.message import HEADER, stamps
from service.broker.soundness import check_headers

UNREADABLE = (ValueError, LookupError, TypeError, AttributeError)


@dataclass(frozen=True, slots=True)
class Revival:
    """What goes back into the queue, and the uniqueness it holds there ('' for most)."""

    message: bytes
    unique: str = ""
    unique_milliseconds: int = 1


def revive(item: bytes) -> Revival:
    """Return a dead job's message with all its attempts again, due now, and not to expire.

    Id, first enqueue time, correlation id and arguments are as they were. A message that nobody
    can read goes back byte for byte: the worker of another version may make sense of it.
    """
    try:
        message = orjson.loads(item)
        headers = message["headers"]
        check_headers(headers)
        now = time.time()
        headers[HEADER] = {**stamps(headers), "due_at": now, "first_due_at": now}
        headers[HEADER].pop("last_span", None)  # names the last but one
        headers |= {"retries": 0, "expires": None}
        return Revival(orjson.dumps(message), *_uniqueness(headers))
    except UNREADABLE:
        return Revival(item.removeprefix(b"\n"))  # that mark is the queue's: lua/reserve.lua


def _uniqueness(headers: dict[str, Any]) -> tuple[str, int]:
    match stamps(headers).get("unique"):
        case [str(key), int(milliseconds)] if milliseconds > 0:
            return key, milliseconds
    return "", 1
