"""How long rules look back and wait: as written, or all of it faster by one factor for drills."""

from dataclasses import dataclass

UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400}


@dataclass(frozen=True, slots=True)
class Pace:
    """Makes durations shorter. ``speed``: 1 is as shipped, 30 makes a minute two seconds.

    ``least_seconds``: no window is shorter, or it would hold too few scrapes to say anything.
    """

    speed: float = 1.0
    least_seconds: int = 1

    def __call__(self, duration: str) -> str:
        """Return a duration such as ``5m`` at this pace, as Prometheus reads it."""
        if self.speed == 1:
            return duration
        return f"{max(self.least_seconds, round(self.seconds(duration)))}s"

    def interval(self, duration: str) -> str:
        """Return how often to evaluate; never raised, since windows hold several of these."""
        return duration if self.speed == 1 else f"{max(1, round(self.seconds(duration)))}s"

    def seconds(self, duration: str) -> float:
        """Return how many seconds a duration is at this pace."""
        return int(duration[:-1]) * UNITS[duration[-1]] / self.speed
