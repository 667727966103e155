"""What the self-check says: one line per thing it looked at, and whether that is a problem."""

from collections.abc import Iterable, Iterator
from typing import Literal, NamedTuple

from service.sidecar.checks import listed as in_a_line

Level = Literal["ok", "warning", "problem"]


class Finding(NamedTuple):
    """One line. Only a ``problem`` fails a pre-flight; a ``warning`` is advice."""

    level: Level
    subject: str
    detail: str = ""

    def line(self) -> str:
        """Return it as printed."""
        return f"{self.level:<8} {self.subject}" + (f": {self.detail}" if self.detail else "")


Findings = Iterator[Finding]


def ok(subject: str, detail: str = "") -> Finding:
    """Return that all is well."""
    return Finding("ok", subject, detail)


def warning(subject: str, detail: str) -> Finding:
    """Return advice."""
    return Finding("warning", subject, detail)


def problem(subject: str, detail: str) -> Finding:
    """Return what is wrong, and what mends it."""
    return Finding("problem", subject, detail)


def well_unless(findings: Iterable[Finding], subject: str, detail: str) -> Findings:
    """Yield the findings, or that all is well where there are none."""
    found = list(findings)
    yield from found or [ok(subject, detail)]


def listed(names: Iterable[str]) -> str:
    """Return names for a line, in order of the alphabet."""
    return in_a_line(sorted(names))
