"""Compressed messages, as Celery sends them under ``task_compression``: opened within bounds.

A megabyte of zeros in a kilobyte is a job; a gigabyte in a megabyte would end the worker, and the
next one. kombu opens whatever it is given.
"""

import bz2
import lzma
import zlib
from base64 import b64decode
from collections.abc import Callable
from functools import partial
from typing import Any, Final

from service.broker.soundness import LARGEST_BYTES, UnsoundError

OPENERS: Final[dict[str, Callable[[], Any]]] = {
    "application/x-gzip": zlib.decompressobj,
    "application/x-bz2": bz2.BZ2Decompressor,
    # Its memory is the sender's to choose.
    "application/x-lzma": partial(lzma.LZMADecompressor, memlimit=8 * LARGEST_BYTES),
}
"""What the header ``compression`` may say -> what opens it. Source: ``kombu.compression``."""

BROKEN = (zlib.error, lzma.LZMAError, OSError, EOFError)


def opened(payload: dict[str, Any]) -> dict[str, Any]:
    """Return kombu's raw message with its body as text, as if it had never been compressed.

    Raises:
        UnsoundError: it is none of these, is broken, or grows too large.
        ValueError: its body is no base64, or no text.
    """
    headers = dict(payload["headers"])
    body = _opened(b64decode(payload["body"]), headers.pop("compression"))
    properties = {**payload["properties"], "body_encoding": "utf-8"}
    return {**payload, "headers": headers, "properties": properties, "body": body.decode()}


def _opened(data: bytes, compression: Any) -> bytes:
    opener = OPENERS.get(compression) if isinstance(compression, str) else None
    if opener is None:
        allowed = ", ".join(OPENERS)
        raise UnsoundError(f"it is compressed in an unknown way; allowed: {allowed}")
    try:
        found: bytes = opener().decompress(data, LARGEST_BYTES + 1)
    except BROKEN as error:
        raise UnsoundError(f"its body cannot be decompressed: {type(error).__name__}") from None
    if len(found) > LARGEST_BYTES:
        raise UnsoundError(f"its body is compressed, and has more than {LARGEST_BYTES} bytes")
    return found
