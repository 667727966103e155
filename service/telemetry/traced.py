"""Which span an attempt is. Knows nothing of how spans are made and where they go."""

from collections.abc import Mapping
from typing import Any


class Traced:
    """The span of one attempt, chosen before its process begins it.

    ``trace_id``, ``span_id``: hexadecimal, as log lines and OTLP's readers show them. ``request``:
    what the span is made of. ``told``: the process that performed the attempt has ended the span.
    """

    __slots__ = ("request", "span_id", "told", "trace_id")

    def __init__(self, trace_id: str, span_id: str, request: Mapping[str, Any]) -> None:
        self.trace_id, self.span_id, self.request = trace_id, span_id, request
        self.told = False

    @property
    def name(self) -> str:
        """Return what names it in messages: ``trace id-span id``."""
        return f"{self.trace_id}-{self.span_id}"


def trace_fields(name: str | None) -> Mapping[str, str]:
    """Return the fields that lines logged in a span have, by its name; none without one."""
    if not name:
        return {}
    trace_id, _, span_id = name.partition("-")
    return {"trace_id": trace_id, "span_id": span_id}
