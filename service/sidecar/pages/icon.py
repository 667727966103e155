"""Owns the pages' mark: five strokes of a tally, in the browser's tab in the colour of a status."""

from urllib.parse import quote

from service.sidecar.checks import Status
from service.sidecar.pages.markup import Html

STROKES = "M4.5 4.5v7M7 4.5v7M9.5 4.5v7M12 4.5v7M2.5 10.3l11.5-4.6"

COLOURS: dict[Status, str] = {"ok": "#17804a", "degraded": "#a86400", "down": "#c2281d"}


def icon(status: Status) -> str:
    """Return the address of the tab's icon: the picture itself, so that nothing is loaded."""
    picture = (
        "<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 16 16'>"
        f"<rect width='16' height='16' rx='3.5' fill='{COLOURS[status]}'/>"
        f"<path d='{STROKES}' stroke='white' stroke-width='1.3' stroke-linecap='round'/></svg>"
    )
    return f"data:image/svg+xml,{quote(picture)}"


def brand() -> Html:
    """Return the mark for the head of a page; its style gives the colours."""
    return Html(f'<svg viewBox="0 0 16 16" aria-hidden="true"><path d="{STROKES}"/></svg>')
