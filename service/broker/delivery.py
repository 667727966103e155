"""From a queue's raw item to kombu's message; one that nobody can read is a message too."""

import re
from json import JSONDecoder
from typing import Any

import orjson
from kombu.transport import virtual

from service.broker.compressed import opened
from service.broker.lease import Lease
from service.broker.soundness import LARGEST_BYTES, UnsoundError, check_depth

UNREADABLE = (ValueError, LookupError, TypeError, AttributeError, RecursionError)
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


def opened_lease(lease: bytes) -> tuple[bytes, str]:
    """Return the item and the queue in anybody's lease; of what is no lease, nothing.

    Plain Celery workers put spaces between the parts, and an exchange second.
    """
    found = re.fullmatch(rb'\[(.*),\s*"[^"]*",\s*"([^"]*)"\]', lease, re.DOTALL)
    return (found[1], found[2].decode(errors="replace")) if found else (b"", "")


def open_item(item: bytes, lease: Lease) -> dict[str, Any]:
    """Return kombu's raw message, carrying its lease, and ``error`` if it cannot be read."""
    carried = {"lease": lease, "redelivered": lease.deliveries > 1}
    try:
        if len(item) > 2 * LARGEST_BYTES:
            raise UnsoundError(f"it has {len(item)} bytes; allowed: {2 * LARGEST_BYTES}")
        payload: dict[str, Any] = orjson.loads(item)
        check_depth(item, payload)
        properties = payload["properties"]
        properties["delivery_info"] |= carried
        properties["delivery_tag"] = lease.tag
        if not isinstance(payload["body"], str):
            raise UnsoundError("its body is no text")
        if (payload.get("headers") or {}).get("compression"):
            return opened(payload)
    except UNREADABLE as error:
        properties = {"delivery_tag": lease.tag, "delivery_info": carried}
        return {"properties": properties, "error": error}
    return payload


class JobMessage(virtual.Message):
    """A message whose ``errors`` say why it cannot be read; consumers see it all the same."""

    def __init__(self, payload: dict[str, Any], channel: Any = None, **options: Any) -> None:
        error = payload.get("error")
        if not isinstance(error, Exception):  # a sender may write anything there
            error = self._read(payload, channel, options)
        if error is not None:
            super().__init__({"properties": payload["properties"]}, channel, **options)
            self.errors = [(type(error), error, error.__traceback__)]

    def _read(
        self, payload: dict[str, Any], channel: Any, options: dict[str, Any]
    ) -> Exception | None:
        try:
            if options or not self._read_plain(payload, channel):
                super().__init__(payload, channel, **options)
        except UNREADABLE as error:
            return error
        return None

    def _read_plain(self, payload: dict[str, Any], channel: Any) -> bool:
        """Be what kombu would make of the message, for half the price; False: it takes kombu.

        Which it does where the body is not just JSON in the message's own JSON.
        """
        headers, properties, body = payload.get("headers"), payload["properties"], payload["body"]
        if (
            not isinstance(headers, dict)
            or payload.get("content-type") != JSON
            or properties.get("body_encoding") != "utf-8"
            or EXTENDED in body
        ):
            return False
        try:
            decoded, end = PLAIN_JSON.raw_decode(body)
        except ValueError:
            return False
        if end != len(body):
            return False
        self._raw, self.channel, self.errors, self.accept = payload, channel, [], None
        self.headers, self.properties = headers, properties
        self.delivery_info, self.delivery_tag = (
            properties["delivery_info"],
            properties["delivery_tag"],
        )
        self.content_type, self.content_encoding = JSON, payload.get("content-encoding")
        self.body, self._decoded_cache, self._state = body.encode(), decoded, "RECEIVED"
        return True
