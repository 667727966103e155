"""Exemplars: one observation of a bucket, and the id under which its trace or log lines are found.

Only OpenMetrics shows them. Which observation stands for a bucket is ``exemplified.py``'s.
"""

import re
import time
from typing import NamedTuple

from prometheus_client.utils import floatToGoString

from service.telemetry.escaping import escaped
from service.telemetry.events import Attempt

LONGEST = 128
"""Characters of an exemplar's label and id together. Source: OpenMetrics 1.0, "Exemplars"."""

TRACEPARENT = re.compile(
    r"(?!ff)[0-9a-f]{2}-(?!0{32})([0-9a-f]{32})-[0-9a-f]{16}-[0-9a-f]{2}(-.*)?"
)
"""Source: W3C Trace Context, section 3.2; later versions may add to it at the end."""


class Exemplar(NamedTuple):
    """One observation. ``label``: what kind of id it is; ``at``: when, in Unix seconds."""

    label: str
    id: str
    seconds: float
    at: float

    def text(self) -> bytes:
        """Return what follows the sample's value on its line."""
        seconds = floatToGoString(self.seconds)  # type: ignore[no-untyped-call]
        return f' # {{{self.label}="{escaped(self.id)}"}} {seconds} {self.at}'.encode()


def exemplar_of(attempt: Attempt, seconds: float, at: float) -> Exemplar | None:
    """Return the exemplar that an attempt is of a time observed ``at``, by ``time.monotonic()``.

    None where its id can be none: plain clients may send any.
    """
    label, its = "trace_id", attempt.traced.trace_id if attempt.traced else attempt.trace_id
    if its is None:
        label, its = "correlation_id", attempt.correlation_id
    if not its or len(label) + len(its) > LONGEST or not its.isprintable():
        return None
    return Exemplar(label, its, seconds, round(time.time() - time.monotonic() + at, 3))


def trace_id_of(traceparent: object) -> str | None:
    """Return the trace id in a W3C ``traceparent`` header, None where it is not a valid one."""
    valid = TRACEPARENT.fullmatch(traceparent) if isinstance(traceparent, str) else None
    return valid and valid[1]
