"""The jobs on Headcount."""

from typing import Any

from bench import workload
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


JOBS: dict[str, type[Worker]] = {"noop": Noop, "compute": Compute, "wait": Wait, "carry": Carry}
