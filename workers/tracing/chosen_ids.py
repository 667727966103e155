"""Ids of spans: random, unless the next span's have been chosen."""

import random
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from opentelemetry.sdk.trace.id_generator import RandomIdGenerator

from service.telemetry.traced import trace_fields

_CHOSEN: ContextVar[tuple[int, int] | None] = ContextVar("headcount_chosen_ids", default=None)


class ChosenIds(RandomIdGenerator):
    """The SDK's ids, but for those chosen."""

    def generate_trace_id(self) -> int:
        """Return the id of a new trace."""
        chosen = _CHOSEN.get()
        return chosen[0] if chosen else super().generate_trace_id()

    def generate_span_id(self) -> int:
        """Return the id of a new span."""
        chosen = _CHOSEN.get()
        return chosen[1] if chosen else super().generate_span_id()


@contextmanager
def chosen(name: str) -> Iterator[None]:
    """Give the one span that is begun in the block this name, ``trace id-span id``."""
    token = _CHOSEN.set(ids(name))
    try:
        yield
    finally:
        _CHOSEN.reset(token)


def ids(name: str) -> tuple[int, int]:
    """Return the ids in a span's name.

    Raises:
        ValueError: it is none.
    """
    fields = trace_fields(name)
    trace_id, span_id = int(fields.get("trace_id", ""), 16), int(fields.get("span_id", ""), 16)
    return trace_id, span_id


def new_ids() -> tuple[int, int]:
    """Return the ids of a new trace and of a span; 0 would be none."""
    return random.getrandbits(128) or 1, random.getrandbits(64) or 1
