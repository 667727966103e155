"""A registry as text, in the format its reader asks for.

Says what prometheus_client would say; families that keep their lines write them themselves,
40 times as fast. A worker's event loop waits meanwhile.
"""

from collections.abc import Callable, Iterable
from functools import cache
from typing import Protocol

from prometheus_client.exposition import choose_encoder
from prometheus_client.metrics_core import Metric as Family

from service.telemetry.catalogue import Metric
from service.telemetry.families import SeriesFamily, empty_family

OPENMETRICS = "application/openmetrics-text"
OPENMETRICS_END = b"# EOF\n"
RENAMES_EVERYTHING = "escaping=dots"
"""The one way of escaping that changes names which need none."""


class Registry(Protocol):
    """What prometheus_client's encoders ask for."""

    def collect(self) -> Iterable[Family]:
        """Return the families."""


class _Families:
    def __init__(self, *families: Family) -> None:
        self._families = families

    def collect(self) -> Iterable[Family]:
        return self._families


def metrics_text(registry: Registry, accepted: str) -> tuple[bytes, str]:
    """Return the registry's text in the format an ``Accept`` header asks for, and its type."""
    encode, content_type = choose_encoder(accepted)
    if RENAMES_EVERYTHING in content_type:
        return encode(registry), content_type
    is_openmetrics = content_type.startswith(OPENMETRICS)
    pieces: list[bytes] = []
    others: list[Family] = []
    for family in registry.collect():
        if isinstance(family, SeriesFamily):
            pieces += [_head(family.metric, is_openmetrics), *family.pieces(is_openmetrics), b"\n"]
        else:
            others.append(family)
    return b"".join([*pieces, encode(_Families(*others))]), content_type


@cache
def _head(metric: Metric, is_openmetrics: bool) -> bytes:
    """Return a family's help and type, without the last line's feed."""
    encode: Callable[[Registry], bytes] = choose_encoder(OPENMETRICS if is_openmetrics else "")[0]
    return encode(_Families(empty_family(metric))).removesuffix(OPENMETRICS_END).rstrip(b"\n")
