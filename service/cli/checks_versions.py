"""Checks of installed versions: Headcount leans on private parts of celery, kombu and redis-py."""

from collections.abc import Mapping
from importlib.metadata import PackageNotFoundError, requires, version

from packaging.requirements import Requirement

from service.cli.findings import Findings, problem, well_unless

LEANED_ON = ("celery", "kombu", "redis")
"""Source: docs/celery-edges.md."""


def check_installed() -> Findings:
    """Find installed distributions outside what Headcount was tested with."""
    leaned_on = ", ".join(f"{name} {_installed(name)}" for name in LEANED_ON)
    yield from well_unless(_outside(), "versions", leaned_on)


def untested(versions: Mapping[str, str]) -> list[str]:
    """Return in words which of these versions (distribution -> version) were not tested."""
    return [
        f"{one.name} {found} (tested: {one.specifier})"
        for one in requirements()
        if (found := versions.get(one.name)) and not one.specifier.contains(found, prereleases=True)
    ]


def requirements() -> list[Requirement]:
    """Return what Headcount's own metadata say it needs."""
    needed = [Requirement(line) for line in requires("headcount") or ()]
    return [one for one in needed if one.marker is None or one.marker.evaluate()]


def _outside() -> Findings:
    for one in requirements():
        found = _installed(one.name)
        if found is None or not one.specifier.contains(found, prereleases=True):
            have = f"{one.name} {found} is installed" if found else f"{one.name} is not installed"
            yield problem(
                "versions",
                f"{have}, and Headcount needs {one}; mend: pip install '{one}'",
            )


def _installed(name: str) -> str | None:
    try:
        return version(name)
    except PackageNotFoundError:
        return None
