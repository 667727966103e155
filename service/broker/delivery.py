"""From a queue's raw item to what kombu delivers, and what to say of one nobody can read."""

import time
from typing import Any

import orjson

from service.broker.lease import Lease

UNREADABLE = (ValueError, KeyError, TypeError, AttributeError)
"""What :func:`open_item` raises for an item that is not a message."""


def deliveries(item: bytes) -> int:
    """Return which delivery this is; 1 is the first. The marks: ``lua/reserve.lua``."""
    return len(item) - len(item.lstrip(b" \n"))


def open_item(item: bytes, lease: Lease) -> dict[str, Any]:
    """Return kombu's raw message, carrying its lease.

    Raises:
        ValueError, KeyError, TypeError, AttributeError: it is none.
    """
    payload: dict[str, Any] = orjson.loads(item)
    properties = payload["properties"]
    properties["delivery_tag"] = lease.tag
    properties["delivery_info"] |= {"lease": lease, "redelivered": lease.deliveries > 1}
    return payload


def unreadable(tag: str, queue: str, error: Exception) -> str:
    """Return the dead set's record (JSON) of an item that is no message."""
    record = {"id": tag, "queue": queue, "outcome": "unknown", "died_at": time.time()}
    record |= {"error_type": type(error).__name__, "error": f"unreadable message: {error}"}
    return orjson.dumps(record).decode()
