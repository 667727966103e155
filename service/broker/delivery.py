"""From a queue's raw item to kombu's message; one that nobody can read is a message too."""

from contextlib import suppress
from json import JSONDecoder
from typing import Any

import orjson
from kombu.transport import virtual

from service.broker.lease import Lease

UNREADABLE = (ValueError, LookupError, TypeError, AttributeError)
"""What reading an item raises that is not a message."""

JSON = "application/json"
EXTENDED = "__type__"
"""Marks what kombu's JSON knows beyond JSON, such as dates. Source: kombu.utils.json."""

PLAIN_JSON = JSONDecoder()
"""Not orjson: that turns integers beyond 64 bits into floats."""


def deliveries(item: bytes) -> int:
    """Return which delivery this is; 1 is the first. The marks: ``lua/reserve.lua``."""
    return len(item) - len(item.lstrip(b" \n"))


def leased_item(lease: bytes) -> bytes:
    """Return the raw item in a lease as the broker keeps it: ``[item,"","queue"]``."""
    return lease[1 : lease.rindex(b',"","')]


def open_item(item: bytes, lease: Lease) -> dict[str, Any]:
    """Return kombu's raw message, carrying its lease, and ``error`` if it cannot be read."""
    carried = {"lease": lease, "redelivered": lease.deliveries > 1}
    try:
        payload: dict[str, Any] = orjson.loads(item)
        properties = payload["properties"]
        properties["delivery_info"] |= carried
        properties["delivery_tag"] = lease.tag
        if not isinstance(payload["body"], str):
            raise TypeError("its body is no text")
    except UNREADABLE as error:
        properties = {"delivery_tag": lease.tag, "delivery_info": carried}
        return {"properties": properties, "error": error}
    return payload


class JobMessage(virtual.Message):
    """A message whose ``errors`` say why it cannot be read; consumers see it all the same."""

    def __init__(self, payload: dict[str, Any], channel: Any = None, **options: Any) -> None:
        error = payload.get("error") or self._read(payload, channel, options)
        if error is not None:
            super().__init__({"properties": payload["properties"]}, channel, **options)
            self.errors = [(type(error), error, error.__traceback__)]

    def _read(
        self, payload: dict[str, Any], channel: Any, options: dict[str, Any]
    ) -> Exception | None:
        try:
            super().__init__(payload, channel, **options)
            self._decode_plain_json(payload)
        except UNREADABLE as error:
            return error
        return None

    def _decode_plain_json(self, payload: dict[str, Any]) -> None:
        """Decode the body where that takes no more than JSON; kombu's way costs five times it."""
        body = payload.get("body")
        if self.content_type == JSON and isinstance(body, str) and EXTENDED not in body:
            with suppress(ValueError):  # compressed, or broken: kombu will see
                self._decoded_cache = PLAIN_JSON.decode(body)
