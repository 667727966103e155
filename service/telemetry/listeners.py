"""Where events go: every listener hears every event, and none can break a job.

Knows nothing of what the listeners do with them.
"""

import contextlib
from collections.abc import Mapping
from typing import get_args

import structlog

from service.telemetry.events import Event, Listener

KINDS: tuple[type[Event], ...] = get_args(Event)


class Listeners:
    """Several listeners behind the face of one.

    An exception in a listener reaches neither the caller nor the other listeners. It is
    counted, and logged with its traceback the first time that listener fails.
    """

    def __init__(self, *listeners: Listener) -> None:
        self._hearing = {
            kind: [one for one in listeners if kind in getattr(one, "hears", KINDS)]
            for kind in KINDS
        }
        self._failures: dict[str, int] = {}

    def __call__(self, event: Event) -> None:
        """Hand one event to every listener that hears its kind."""
        for listener in self._hearing[type(event)]:
            try:
                listener(event)
            except Exception as error:  # noqa: BLE001 - a job outlives whatever a listener does
                self._count(listener, error)

    @property
    def failures(self) -> Mapping[str, int]:
        """Listener name -> number of events it failed on; without those that never did."""
        return dict(self._failures)

    def _count(self, listener: Listener, error: Exception) -> None:
        name = _name(listener)
        failures = self._failures.get(name, 0) + 1
        self._failures[name] = failures
        if failures == 1:
            _log(name, error)


def _name(listener: Listener) -> str:
    """Return a function's own name, or the class of any other listener."""
    return getattr(listener, "__qualname__", type(listener).__qualname__)


def _log(name: str, error: Exception) -> None:
    # The failure may be the log's own: it must not come back through here.
    with contextlib.suppress(Exception):
        log = structlog.get_logger("headcount.listeners")
        log.error("listener_failed", listener=name, exc_info=error)
