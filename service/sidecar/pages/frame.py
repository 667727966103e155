"""Owns the frame around every page: head, links, style and script, and what a browser may do.

Its template is ``page.html``. The script keeps the status page up to date; where scripts are off
the browser reloads it.
"""

import base64
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from importlib import resources
from string import Template

from starlette.responses import HTMLResponse

from service.sidecar.checks import Status
from service.sidecar.pages.icon import brand, icon
from service.sidecar.pages.markup import Html, element, join, link

RELOAD = '<noscript><meta http-equiv="refresh" content="5"></noscript>'

Links = Sequence[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Page:
    """What goes into the frame. ``status`` colours its icon; ``live``: it is kept up to date."""

    title: str
    content: Html
    status: Status = "ok"
    live: bool = False


class PageFrame:
    """The frame, and what changes within it."""

    def __init__(self) -> None:
        self._template = Template(_text("page.html"))
        self._style, self._script = _text("page.css"), _text("page.js")
        # By this an open page can tell that the sidecar has another frame by now.
        self._edition = _digest(self._template.template + self._style + self._script)

    def render(self, page: Page, links: Links) -> HTMLResponse:
        """Return the whole page."""
        text = self._template.substitute(
            title=escape(page.title),
            icon=escape(icon(page.status)),
            reload=RELOAD if page.live else "",
            style=self._style,
            brand=brand(),
            links=join(link(*one) for one in links),
            content=self._main(page),
            script=element("script", Html(self._script)) if page.live else "",
        )
        return HTMLResponse(text, headers=self._headers(page))

    def content(self, page: Page) -> HTMLResponse:
        """Return the page's content alone, for the script of a page that is open."""
        return HTMLResponse(self._main(page), headers=self._headers(page))

    def _main(self, page: Page) -> Html:
        return element(
            "main", page.content, id="content",
            data_title=page.title, data_icon=icon(page.status), data_edition=self._edition,
        )  # fmt: skip

    def _headers(self, page: Page) -> dict[str, str]:
        """Return what keeps a page fresh and to itself: only our style and script may run."""
        script = {"script-src": _source(self._script), "connect-src": "'self'"}
        allowed = {
            "default-src": "'none'",
            "style-src": _source(self._style),
            "img-src": "data:",
            **(script if page.live else {}),
            "base-uri": "'none'",
            "form-action": "'none'",
            "frame-ancestors": "'self'",
        }
        return {
            "cache-control": "no-store",
            "content-security-policy": "; ".join(map(" ".join, allowed.items())),
            "x-content-type-options": "nosniff",
            "referrer-policy": "no-referrer",
        }


def _text(file: str) -> str:
    return (resources.files("service.sidecar.pages") / file).read_text(encoding="utf-8")


def _source(text: str) -> str:
    return f"'sha256-{_digest(text)}'"


def _digest(text: str) -> str:
    return base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
