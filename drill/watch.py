"""Which alerts Alertmanager would tell people of: those that are active and not inhibited."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field

import httpx

LOOK_SECONDS = 0.5

Told = frozenset[tuple[str, str]]
"""(alert, severity) of everything told now."""


@dataclass
class Watched:
    """What was told over a while: alert -> severity, and when what was waited for came about."""

    seconds: float | None = None
    told: dict[str, str] = field(default_factory=dict)


class Watch:
    """Looks twice a second."""

    def __init__(self, port: int) -> None:
        self._client = httpx.Client(base_url=f"http://127.0.0.1:{port}", trust_env=False)

    def told(self) -> Told:
        """Return what is told now."""
        wanted = {"active": "true", "inhibited": "false", "silenced": "false"}
        answer = self._client.get("/api/v2/alerts", params=wanted)
        labels = [alert["labels"] for alert in answer.raise_for_status().json()]
        return frozenset((one["alertname"], one["severity"]) for one in labels)

    def until(
        self,
        reached: Callable[[set[str]], bool],
        at_most_seconds: float,
        meanwhile: Callable[[], object] | None = None,
    ) -> Watched:
        """Look until ``reached`` holds for the names told; ``seconds`` is None if it never did.

        ``meanwhile`` is done about once a second.
        """
        watched, begun, done = Watched(), time.monotonic(), 0
        while (passed := time.monotonic() - begun) < at_most_seconds:
            if meanwhile is not None and passed > done:
                meanwhile()
                done += 1
            told = self.told()
            watched.told.update(told)
            if reached({name for name, _ in told}):
                watched.seconds = passed
                return watched
            time.sleep(LOOK_SECONDS)
        return watched


def told_of(alert: str) -> Callable[[set[str]], bool]:
    """Hold when this alert is told."""
    return lambda told: alert in told


def silent(told: set[str]) -> bool:
    """Hold when nothing is told."""
    return not told
