"""Whether a message can be believed: what its headers must be, how long and how deep it may be.

Anyone who reaches the broker can write anything there. What is refused is dead, with a reason that
says which part was wrong and never quotes it: it may be somebody's data.
"""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from types import NoneType
from typing import Any

from service.broker import keys
from service.broker.message import HEADER

LARGEST_BYTES = 16 * 2**20
"""Of a message that is enqueued. Workers take twice as much: attempts add to a message."""

DEEPEST = 200
"""Lists and objects within each other; far from what Python and pickle give up at."""

LONGEST_ID = 1000
"""Characters of a job's id, its correlation id and its shadow, the name it is shown by."""

MOST_RETRIES = 10**9

EARLIEST, LATEST = -6e10, 2.5e11
"""Unix seconds that are dates: from the year 68 to 9892."""

_SECONDS = (int, float, NoneType)
_Kinds = Mapping[str, tuple[type, ...]]
_KINDS: _Kinds = {
    "id": (str,),
    "task": (str,),
    "retries": (int, NoneType),
    "timelimit": (list, tuple, NoneType),
    "shadow": (str, NoneType),
    "root_id": (str, NoneType),
    "parent_id": (str, NoneType),
    "stamped_headers": (list, tuple, NoneType),
    "stamps": (dict, NoneType),
    HEADER: (dict, NoneType),
}
_TIMES = ("enqueued_at", "first_due_at", "due_at")
_STAMP_KINDS: _Kinds = {
    **dict.fromkeys(_TIMES, _SECONDS),
    "correlation_id": (str, NoneType),
    "last_error": (str, NoneType),
    "last_span": (str, NoneType),
    "unique": (list, NoneType),
}
_NAMES, _STAMP_NAMES = tuple(_KINDS), tuple(_STAMP_KINDS)
_ALL_KINDS: _Kinds = {**_KINDS, **_STAMP_KINDS}
_NOTHING: Mapping[str, Any] = {}
_NO_LIMITS = [None, None]
_CANVAS = ("callbacks", "errbacks", "chain")
_NO_CANVAS = dict.fromkeys((*_CANVAS, "chord"))


class UnsoundError(ValueError):
    """A message is not what it has to be. Says what is wrong, and quotes nothing of it."""


def check_headers(headers: Mapping[str, Any]) -> None:
    """Check the headers that Headcount and Celery's worker rely on.

    Raises:
        UnsoundError: one is not what it has to be; names it.
    """
    get, ours = headers.get, headers.get(HEADER)
    mine = (ours if isinstance(ours, dict) else _NOTHING).get
    found = (*map(type, map(get, _NAMES)), *map(type, map(mine, _STAMP_NAMES)))
    if (wrong := _first_wrong(found)) is not None:
        raise UnsoundError(f"its header {wrong!r} is of another type than allowed")
    for seconds in map(mine, _TIMES):
        if seconds is not None and not EARLIEST < seconds < LATEST:
            raise UnsoundError("its header 'headcount' has a time that is none")
    if not headers["id"] or not 0 <= (get("retries") or 0) <= MOST_RETRIES:
        raise UnsoundError("its header 'id' is empty, or 'retries' out of range")
    for said in (headers["id"], get("shadow"), mine("correlation_id")):
        if said is not None and len(said) > LONGEST_ID:
            raise UnsoundError("its header 'id', 'shadow' or 'correlation_id' is too long")
    if (limits := get("timelimit")) and limits != _NO_LIMITS:
        _check_limits(limits)
    if (unique := mine("unique")) is not None:
        _check_unique(unique)


def sound(headers: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return a message's headers; of unsound ones nothing is believed."""
    try:
        check_headers(headers)
    except UnsoundError:
        return {}
    return headers


def check_body(text: bytes, body: Any) -> None:
    """Check what a task is called with; ``text``: the JSON of ``body``.

    Raises:
        UnsoundError: no task can be called with it.
    """
    check_depth(text, body)
    match body:
        case [[*_], dict(), canvas] if canvas == _NO_CANVAS or _is_canvas(canvas):
            return
    raise UnsoundError("its body is no list of arguments, named arguments and callbacks")


def check_depth(text: bytes, value: Any) -> None:
    """Check how deep ``value`` is, which was made of the JSON in ``text``.

    Raises:
        UnsoundError: deeper than what every part of a worker can handle.
    """
    if len(text) < 2 * DEEPEST:
        return
    if text.count(b"[") + text.count(b"{") > DEEPEST and _deeper(value):
        raise UnsoundError(f"it is nested more than {DEEPEST} deep")


@lru_cache
def _first_wrong(found: tuple[type, ...]) -> str | None:
    """Return the first header of a type that it may not have; most messages have the same."""
    pairs = zip(_ALL_KINDS.items(), found, strict=True)
    return next((name for (name, allowed), one in pairs if not issubclass(one, allowed)), None)


def _check_limits(limits: Sequence[Any]) -> None:
    """Check hard and soft time limit, as Celery sends them."""
    for seconds in limits:
        if not isinstance(seconds, _SECONDS) or not 0 <= (seconds or 0) <= LATEST:
            raise UnsoundError("its header 'timelimit' is no pair of seconds")
    if len(limits) != 2:
        raise UnsoundError(f"its header 'timelimit' has {len(limits)} values")


def _check_unique(unique: Sequence[Any]) -> None:
    match unique:
        case [str(key), int(lasting)] if key.startswith(keys.UNIQUE) and lasting is not True:
            if 0 < lasting < LATEST * 1000:
                return
    raise UnsoundError("its header 'unique' is no uniqueness")


def _is_canvas(found: Any) -> bool:
    """Return whether Celery can make something of it; of a text it would make a task a letter."""
    if found is None:
        return True
    if not isinstance(found, dict) or not isinstance(found.get("chord"), (dict, NoneType)):
        return False
    lists = [found.get(name) or [] for name in _CANVAS]
    return all(isinstance(some, list) for some in lists) and all(
        isinstance(signature, dict) for some in lists for signature in some
    )


def _deeper(value: Any) -> bool:
    level = [value]
    for _ in range(DEEPEST):
        within = [one.values() if isinstance(one, dict) else one for one in level]
        level = [item for some in within for item in some if isinstance(item, (dict, list))]
        if not level:
            return False
    return True
