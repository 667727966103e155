"""Two hundred kinds of jobs that do nothing, for what may grow with their number."""

from typing import Any

from workers import Worker

KINDS = 200


class _Nothing(Worker, abstract=True):
    @classmethod
    def perform(cls, _number: int) -> Any:
        """Do nothing."""


def _kind(number: int) -> type[Worker]:
    return type(f"Kind{number}", (_Nothing,), {"__module__": __name__})


JOBS = [_kind(number) for number in range(KINDS)]
