"""Which alerts fire, and of which of them Alertmanager tells people."""

import time
from collections.abc import Callable, Mapping, Set
from dataclasses import dataclass, field

import httpx

LOOK_SECONDS = 0.5


@dataclass(frozen=True, slots=True)
class Alerts:
    """Alerts of one moment: all that fire, and of those that people are told of their severity."""

    firing: Set[str]
    told: Mapping[str, str]


@dataclass
class Watched:
    """What was told over a while, and after how many seconds what was waited for came about."""

    seconds: float | None = None
    told: dict[str, str] = field(default_factory=dict)


class Watch:
    """Looks twice a second."""

    def __init__(self, port: int) -> None:
        self._client = httpx.Client(base_url=f"http://127.0.0.1:{port}", trust_env=False)

    def now(self) -> Alerts:
        """Return what fires now."""
        answer = self._client.get("/api/v2/alerts", params={"silenced": "false"})
        alerts = answer.raise_for_status().json()
        return Alerts(
            firing={one["labels"]["alertname"] for one in alerts},
            told={
                one["labels"]["alertname"]: one["labels"]["severity"]
                for one in alerts
                if not one["status"]["inhibitedBy"]
            },
        )

    def until(
        self,
        reached: Callable[[Alerts], bool],
        at_most_seconds: float,
        meanwhile: Callable[[], object] | None = None,
    ) -> Watched:
        """Look until ``reached`` holds; ``seconds`` is None if it never did.

        ``meanwhile`` is done about once a second.
        """
        watched, begun, done = Watched(), time.monotonic(), 0
        while (passed := time.monotonic() - begun) < at_most_seconds:
            if meanwhile is not None and passed > done:
                meanwhile()
                done += 1
            alerts = self.now()
            watched.told.update(alerts.told)
            if reached(alerts):
                watched.seconds = passed
                return watched
            time.sleep(LOOK_SECONDS)
        return watched


def firing(alert: str) -> Callable[[Alerts], bool]:
    """Hold when this alert fires, whether people are told of it or of its cause."""
    return lambda alerts: alert in alerts.firing


def silent_but_for(names: Set[str]) -> Callable[[Alerts], bool]:
    """Hold when people are told of nothing else."""
    return lambda alerts: alerts.told.keys() <= names
