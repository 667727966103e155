"""What a rule is: an alert or a recorded series, and how Prometheus's files write them."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from inspect import cleandoc
from typing import Any, Literal

from alerts.links import dashboard_url, runbook_url

Severity = Literal["critical", "warning"]
"""critical pages somebody now, warning makes a ticket."""


@dataclass(frozen=True, slots=True)
class Record:
    """A series worth keeping. ``name``: level, metric and operation, ``queue:metric:max``."""

    name: str
    expr: str

    def as_rule(self) -> dict[str, Any]:
        """Return it as the rule files write it."""
        return {"record": self.name, "expr": cleandoc(self.expr)}


@dataclass(frozen=True, slots=True)
class Alert:
    """An alert. ``wait``: how long the expression holds before it fires.

    ``summary`` and ``description`` are Prometheus templates; the second has the numbers in it.
    The links are added by machine.
    """

    name: str
    severity: Severity
    wait: str
    expr: str
    summary: str
    description: str
    by_queue: bool = False
    keep: str = field(default="")
    """How long it goes on firing after the expression held last, against flapping."""

    def as_rule(self) -> dict[str, Any]:
        """Return it as the rule files write it."""
        return {
            "alert": self.name,
            "expr": cleandoc(self.expr),
            "for": self.wait,
            **({"keep_firing_for": self.keep} if self.keep else {}),
            "labels": {"severity": self.severity},
            "annotations": {
                "summary": self.summary,
                "description": " ".join(self.description.split()),
                "runbook_url": runbook_url(self.name),
                "dashboard_url": dashboard_url(self.by_queue),
            },
        }


Rule = Record | Alert


@dataclass(frozen=True, slots=True)
class Group:
    """Rules that Prometheus evaluates together, in order; one file each.

    ``interval``: how often; by default as often as Prometheus evaluates whatever says nothing.
    """

    name: str
    about: str
    rules: Sequence[Rule]
    interval: str = ""

    def as_file(self) -> dict[str, Any]:
        """Return what its rule file holds."""
        interval = {"interval": self.interval} if self.interval else {}
        rules = [rule.as_rule() for rule in self.rules]
        return {"groups": [{"name": self.name, **interval, "rules": rules}]}
