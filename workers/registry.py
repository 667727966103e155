"""Every declared worker class by task name, filled as their modules are imported."""

import importlib
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from service.errors import JobDefinitionError, SettingsError, UnknownWorkerError

if TYPE_CHECKING:
    from collections.abc import Callable

    from workers.worker import Worker

SHIPPED = ("workers.jobs.health_check", "workers.jobs.canary")


class Registry:
    """Task name -> worker class. Apps that follow it learn of classes declared later too."""

    def __init__(self) -> None:
        self._classes: dict[str, type[Worker]] = {}
        self._followers: list[Callable[[type[Worker]], None]] = []

    def add(self, worker: "type[Worker]") -> None:
        """Add a class.

        Raises:
            JobDefinitionError: another class has its name. Reloading a module is fine.
        """
        known = self._classes.get(worker.name)
        if known is not None and _place(known) != _place(worker):
            raise JobDefinitionError(
                f"{_place(worker)}: name={worker.name!r} is taken by {_place(known)}; "
                "allowed: a name that no other worker class has"
            )
        self._classes[worker.name] = worker
        for follow in self._followers:
            follow(worker)

    def follow(self, tell: "Callable[[type[Worker]], None]") -> None:
        """Call ``tell`` with every class there is and every one to come."""
        for worker in self:
            tell(worker)
        self._followers.append(tell)

    def __iter__(self) -> "Iterator[type[Worker]]":
        return iter(list(self._classes.values()))

    def get(self, name: str) -> "type[Worker] | None":
        """Return the class with this task name, or None."""
        return self._classes.get(name)

    def find(self, name: str) -> "type[Worker]":
        """Return the class with this task name, or with this class name if only one has it.

        Raises:
            UnknownWorkerError: there is none, or more than one.
        """
        found = [w for w in self if name in (w.name, w.__name__)]
        if len(found) != 1:
            known = ", ".join(sorted(worker.name for worker in self)) or "none"
            problem = "is the name of several worker classes" if found else "is no worker class"
            raise UnknownWorkerError(f"{name!r} {problem}; known: {known}")
        return found[0]


def load_worker_modules(names: tuple[str, ...]) -> None:
    """Import the shipped jobs and these modules or packages, so that their classes exist.

    Whatever an import raises is raised: a worker without its jobs must not start.

    Raises:
        SettingsError: there is no such module.
    """
    for name in (*SHIPPED, *names):
        load_worker_module(name, names)


def load_worker_module(name: str, names: tuple[str, ...]) -> None:
    """Import one of the modules ``names`` that the setting lists, or of those shipped.

    Raises:
        SettingsError: there is no such module. Whatever else its import raises is raised.
    """
    try:
        importlib.import_module(name)
    except ModuleNotFoundError as error:
        if error.name is None or not f"{name}.".startswith(f"{error.name}."):
            raise  # the module is there, but imports one that is not
        raise SettingsError(
            f"HEADCOUNT_WORKERS={','.join(names)!r} is wrong: there is no module "
            f"{error.name!r}; allowed: modules that can be imported from {Path.cwd()} "
            "or are installed"
        ) from None


def _place(worker: "type[Worker]") -> str:
    return f"{worker.__module__}.{worker.__qualname__}"
