"""What a process of the stack is, as data. Nothing here starts anything."""

import signal
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Process:
    """One program of the stack.

    ``env`` is its whole environment. ``ready`` tells whether it does its work yet (None: as
    soon as it runs); it is asked again until ``ready_seconds`` are over, which stops the stack.

    ``needs`` names the processes that must be ready before this one starts; they also stop
    after it. ``outlives`` names further ones that stop before it.

    ``orphan_signal`` is what the kernel sends it when the supervisor itself is killed.
    """

    name: str
    argv: tuple[str, ...]
    env: Mapping[str, str]
    ready: Callable[[], Awaitable[bool]] | None = None
    ready_seconds: float = 60
    needs: tuple[str, ...] = ()
    outlives: tuple[str, ...] = ()
    stop_signal: signal.Signals = signal.SIGTERM
    grace_seconds: float = 10
    orphan_signal: signal.Signals = signal.SIGKILL

    def stops_after(self, other: "Process") -> bool:
        """Tell whether ``other`` must be gone before this process is stopped."""
        return self.name in other.needs or other.name in self.outlives


@dataclass(frozen=True, slots=True)
class RestartPolicy:
    """When a process that died is started again, and when that is given up.

    A death within ``settled_seconds`` of the start is a quick one; the delay doubles with
    each quick death in a row, and ``quick_deaths_allowed`` of them end the stack.
    """

    first_delay_seconds: float = 0.5
    longest_delay_seconds: float = 10
    settled_seconds: float = 60
    quick_deaths_allowed: int = 5

    def delay_seconds(self, quick_deaths: int) -> float:
        """Return how long to wait after so many quick deaths in a row (0: it had settled)."""
        doublings = min(max(quick_deaths - 1, 0), 30)
        return min(self.first_delay_seconds * 2.0**doublings, self.longest_delay_seconds)


def describe_exit(status: int) -> str:
    """Return how a process ended, in words; ``status`` is minus the number of a signal."""
    if status >= 0:
        return f"exit status {status}"
    try:
        return signal.Signals(-status).name
    except ValueError:
        return f"signal {-status}"
