"""A job's arguments: that they fit ``perform``, and that JSON can carry them unchanged."""

import hashlib
import inspect
import json
import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from service.errors import ArgumentsError

if TYPE_CHECKING:
    from workers.worker import Worker

DEEPEST = 100
LONGEST_INT_BITS = 13_000
"""Somewhat less than the 4,300 digits beyond which Python writes no int as text."""

KOMBU_OBJECT = {"__type__", "__value__"}
"""A dict of just these keys would arrive as another object; ``kombu.utils.json.object_hook``."""


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
    signature = _signature(worker.perform)
    bound = dict(signature.bind(*args, **kwargs).arguments)
    for parameter in signature.parameters.values():
        if parameter.kind is parameter.VAR_KEYWORD:
            further = bound.pop(parameter.name, {})
            # perform(x, /, **named) may be given an x by name as well.
            bound |= {f"**{name}" if name in bound else name: further[name] for name in further}
    return bound


@lru_cache(1000)  # a fifth of what an enqueue costs otherwise
def _signature(perform: Callable[..., Any]) -> inspect.Signature:
    return inspect.signature(perform)


def digest(bound: Mapping[str, Any]) -> str:
    """Return a short hash of bound arguments: equal calls have equal digests."""
    canonical = json.dumps(bound, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()[:32]


def _check_json(value: Any, whose: str, place: str, depth: int) -> None:
    kind = type(value)
    if kind in (list, tuple, dict):
        if depth >= DEEPEST:
            raise ArgumentsError(f"{whose} is nested more than {DEEPEST} deep, or contains itself")
        for where, item in _items(value, whose, place):
            _check_json(item, whose, f"{place}[{where!r}]", depth + 1)
    elif kind is float and not math.isfinite(value):
        raise ArgumentsError(f"{whose}: {place} is {value!r}; allowed: finite numbers")
    elif kind is int and value.bit_length() > LONGEST_INT_BITS:
        raise ArgumentsError(f"{whose}: {place} is an int of more than 3,900 digits")
    elif value is not None and kind not in (bool, int, float, str):
        raise ArgumentsError(
            f"{whose}: {place} is of type {kind.__name__}, which JSON cannot carry; allowed: "
            "None, bool, int, float, str, list, dict"
        )


def _items(value: Any, whose: str, place: str) -> Iterable[tuple[object, Any]]:
    """Return (index or key, item) of a list, tuple or dict."""
    if type(value) is not dict:
        return enumerate(value)
    for key in value:
        if type(key) is not str:
            raise ArgumentsError(f"{whose}: {place} has the key {key!r}; allowed: text keys")
    if value.keys() == KOMBU_OBJECT:
        raise ArgumentsError(f"{whose}: {place} has just the keys by which kombu marks objects")
    return value.items()
