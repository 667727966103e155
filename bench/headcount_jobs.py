"""The jobs on Headcount."""

from typing import Any

from bench import latency_probe, workload
from workers import Worker


class Noop(Worker):
    """``noop``."""

    @classmethod
    def perform(cls) -> Any:
        """Do nothing."""
        return workload.noop()


class Compute(Worker):
    """``compute``."""

    @classmethod
    def perform(cls) -> Any:
        """Compute."""
        return workload.compute()


class Wait(Worker):
    """``wait``."""

    @classmethod
    def perform(cls) -> Any:
        """Wait."""
        return workload.wait()


class Carry(Worker):
    """``carry``."""

    @classmethod
    def perform(cls, text: str) -> Any:
        """Take the text."""
        return workload.carry(text)


class Unique(Worker):
    """``noop``, of which only one is pending with the same number."""

    unique_for = 3600

    @classmethod
    def perform(cls, _number: int) -> Any:
        """Do nothing."""
        return workload.noop()


class Stamp(Worker):
    """``stamp``."""

    @classmethod
    def perform(cls) -> Any:
        """Send the time."""
        return latency_probe.stamp()


class Mark(Worker):
    """``mark``."""

    @classmethod
    def perform(cls, number: int) -> Any:
        """Leave a mark."""
        return workload.mark(number)


JOBS: dict[str, type[Worker]] = {
    "noop": Noop,
    "compute": Compute,
    "wait": Wait,
    "carry": Carry,
    "mark": Mark,
}
