"""The dashboards' colours on a terminal, with the same meaning."""

from collections.abc import Sequence

from dashboards import colours
from service.sidecar.worker_states import StateName

ON_A_TERMINAL = {
    "green": "green",
    "yellow": "yellow",
    "orange": "dark_orange",
    "red": "bold red",
    "blue": "bright_blue",
    "purple": "magenta",
    "light-green": "bright_green",
}
"""Grafana's name -> rich's, of those that are used here."""

OK, NOTICE, WARN, BAD = (
    ON_A_TERMINAL[colour] for colour in (colours.OK, colours.NOTICE, colours.WARN, colours.BAD)
)
QUEUES = {name: ON_A_TERMINAL[colour] for name, colour in colours.QUEUES.items()}
STATES: dict[StateName, str] = {"live": OK, "draining": NOTICE, "stuck": BAD, "silent": BAD}
FAINT = "dim"


def step(value: float, *steps: tuple[float, str]) -> str:
    """Return the style of the last step that ``value`` has reached; "" below the first."""
    return next((style for least, style in reversed(steps) if value >= least), "")


def worst(styles: Sequence[str]) -> str:
    """Return the style that speaks of the most trouble."""
    return next((style for style in (BAD, WARN, NOTICE) if style in styles), OK)
