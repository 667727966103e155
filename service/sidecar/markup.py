"""Owns the pages' frame and tables. Everything that is not made here is escaped here.

Pages need no JavaScript and load nothing from anywhere else.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path
from string import Template

from starlette.responses import HTMLResponse

from service.sidecar.checks import Status

ICON_COLOURS: dict[Status, str] = {"ok": "%231a7f4b", "degraded": "%23c98500", "down": "%23c0322b"}

POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; "
    "form-action 'none'; frame-ancestors 'self'"
)


class Html(str):
    """Text that is markup already, with everything foreign in it escaped."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class Page:
    """What goes into the frame. ``refresh_seconds`` 0: the page does not reload itself."""

    title: str
    content: Html
    links: Sequence[tuple[str, str]]
    footer: str = ""
    status: Status = "ok"
    refresh_seconds: int = 0


class PageFrame:
    """The frame around every page: title, links, style. Its template is ``page.html``."""

    def __init__(self) -> None:
        here = Path(__file__).parent
        self._template = Template((here / "page.html").read_text(encoding="utf-8"))
        self._style = (here / "page.css").read_text(encoding="utf-8")

    def render(self, page: Page) -> HTMLResponse:
        """Fill the frame with a page."""
        refresh = f'<meta http-equiv="refresh" content="{page.refresh_seconds}">'
        text = self._template.substitute(
            title=escape(page.title),
            content=page.content,
            links=join(link(label, address) for label, address in page.links),
            footer=escape(page.footer),
            style=self._style,
            icon_colour=ICON_COLOURS[page.status],
            refresh=refresh if page.refresh_seconds else "",
        )
        return HTMLResponse(text, headers=page_headers())


def page_headers() -> dict[str, str]:
    """Return the headers that keep a page to itself, and fresh."""
    return {
        "cache-control": "no-store",
        "content-security-policy": POLICY,
        "x-content-type-options": "nosniff",
        "referrer-policy": "no-referrer",
    }


def to_html(text: object) -> Html:
    """Escape ``text``, unless it is markup already."""
    return text if isinstance(text, Html) else Html(escape(str(text)))


def join(parts: Iterable[object]) -> Html:
    """Put parts below each other, escaping those that are not markup."""
    return Html("\n".join(to_html(part) for part in parts))


def element(name: str, content: object, css_class: str = "") -> Html:
    """Wrap content in an element."""
    attributes = f' class="{escape(css_class)}"' if css_class else ""
    return Html(f"<{name}{attributes}>{to_html(content)}</{name}>")


def link(label: str, address: str) -> Html:
    """Make a link."""
    return Html(f'<a href="{escape(address)}">{escape(label)}</a>')


def state(name: str) -> Html:
    """Show a status or state: its name with a dot in its colour."""
    return element("span", name, f"state {name}")


def table(title: str, columns: Sequence[str], rows: Sequence[Sequence[object]], none: str) -> Html:
    """Make a titled table; numbers align right; ``none`` is shown when there are no rows."""
    heading = element("h2", title)
    if not rows:
        return join([heading, element("div", none, "card nothing")])
    heads = zip(columns, rows[0], strict=True)
    head = element("tr", join(element("th", name, _alignment(below)) for name, below in heads))
    body = [element("tr", join(_cell(value) for value in row)) for row in rows]
    parts = [element("thead", head), element("tbody", join(body))]
    return join([heading, element("div", element("table", join(parts)), "card scroll")])


def _cell(value: object) -> Html:
    text = f"{value:,}" if isinstance(value, int) else value
    return element("td", text, _alignment(value))


def _alignment(value: object) -> str:
    return "number" if isinstance(value, int) else ""
