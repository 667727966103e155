"""A job's arguments: that they fit ``perform``, and that JSON can carry them unchanged."""

import hashlib
import inspect
import json
import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from service.errors import ArgumentsError

if TYPE_CHECKING:
    from workers.worker import Worker

DEEPEST = 100
LONGEST_INT_BITS = 13_000
"""Somewhat less than the 4,300 digits beyond which Python writes no int as text."""


def check_arguments(
    worker: "type[Worker]", args: Sequence[Any], kwargs: Mapping[str, Any]
) -> dict[str, Any]:
    """Return parameter name -> value, as ``perform`` will see them.

    Raises:
        ArgumentsError: they do not fit ``perform``, or one is not JSON; names it.
    """
    try:
        bound = bind(worker, args, kwargs)
    except TypeError as error:
        raise ArgumentsError(f"{worker.__name__}.perform: {error}") from None
    for name, value in bound.items():
        _check_json(value, f"{worker.__name__}.perform: argument {name!r}", name, 0)
    return bound


def bind(worker: "type[Worker]", args: Sequence[Any], kwargs: Mapping[str, Any]) -> dict[str, Any]:
    """Return parameter name -> value, as ``perform`` will see them.

    Raises:
        TypeError: they do not fit ``perform``.
    """
    signature = inspect.signature(worker.perform)
    bound = dict(signature.bind(*args, **kwargs).arguments)
    for parameter in signature.parameters.values():
        if parameter.kind is parameter.VAR_KEYWORD:
            further = bound.pop(parameter.name, {})
            # perform(x, /, **named) may be given an x by name as well.
            bound |= {f"**{name}" if name in bound else name: further[name] for name in further}
    return bound


def digest(bound: Mapping[str, Any]) -> str:
    """Return a short hash of bound arguments: equal calls have equal digests."""
    canonical = json.dumps(bound, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()[:32]


def _check_json(value: Any, whose: str, place: str, depth: int) -> None:
    kind = type(value)
    if value is None or kind in (str, bool):
        return
    if kind is int:
        if value.bit_length() > LONGEST_INT_BITS:
            raise ArgumentsError(f"{whose}: {place} is an int of more than 4,000 digits")
    elif kind is float:
        if not math.isfinite(value):
            raise ArgumentsError(f"{whose}: {place} is {value!r}; allowed: finite numbers")
    elif depth >= DEEPEST:
        raise ArgumentsError(f"{whose} is nested more than {DEEPEST} deep, or contains itself")
    elif kind in (list, tuple):
        for index, item in enumerate(value):
            _check_json(item, whose, f"{place}[{index}]", depth + 1)
    elif kind is dict:
        for key, item in value.items():
            if type(key) is not str:
                raise ArgumentsError(f"{whose}: {place} has the key {key!r}; allowed: text keys")
            _check_json(item, whose, f"{place}[{key!r}]", depth + 1)
    else:
        raise ArgumentsError(
            f"{whose}: {place} is of type {kind.__name__}, which JSON cannot carry; allowed: "
            "None, bool, int, float, str, list, dict"
        )
