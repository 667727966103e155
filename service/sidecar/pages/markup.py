"""Owns how markup is made: whatever is not made here is escaped here."""

from collections.abc import Iterable
from html import escape
from typing import Literal
from urllib.parse import quote

LONGEST_NAME = 120
"""Characters of a foreign name that are shown: a page stays small whatever jobs are called."""


class Html(str):
    """Text that is markup already, with everything foreign in it escaped."""

    __slots__ = ()


def to_html(text: object) -> Html:
    """Escape ``text``, unless it is markup already."""
    return text if isinstance(text, Html) else Html(escape(str(text)))


def join(parts: Iterable[object]) -> Html:
    """Put parts below each other, escaping those that are not markup."""
    return Html("\n".join(to_html(part) for part in parts))


def element(name: str, content: object = "", css_class: str = "", **attributes: object) -> Html:
    """Wrap content in an element; ``aria_label="x"`` becomes ``aria-label="x"``."""
    given = {"class": css_class, **attributes} if css_class else attributes
    texts = [f' {key.replace("_", "-")}="{escape(str(value))}"' for key, value in given.items()]
    return Html(f"<{name}{''.join(texts)}>{to_html(content)}</{name}>")


def link(label: object, address: str) -> Html:
    """Make a link."""
    return element("a", label, href=address)


def flower_link(label: Html, kind: Literal["task", "worker"], name: str) -> Html:
    """Make a link to Flower's page of a task or a worker, by way of the sidecar.

    Names that are cut off are nobody's, and lead nowhere.
    """
    if len(name) > LONGEST_NAME:
        return label
    return link(label, f"flower/{kind}/{quote(name, safe='', errors='replace')}")


def name(text: object) -> Html:
    """Show what others named: a task, a worker, an id."""
    whole = str(text)
    short = whole if len(whole) <= LONGEST_NAME else f"{whole[: LONGEST_NAME - 1]}…"
    # A long one breaks after its dots rather than within a word.
    return element("code", Html(escape(short).replace(".", ".<wbr>")))


def state(word: str, kind: str = "") -> Html:
    """Show a state: its word, after a mark with the shape and colour of ``kind``."""
    return element("span", word, f"state {kind or word}")


def two_lines(first: Html, second: object) -> Html:
    """Put what explains a name below it."""
    return join([first, element("small", second)])


def pairs(terms: Iterable[tuple[object, object]], css_class: str) -> Html:
    """Make a list of terms, each with its value or meaning."""
    rows = (join([element("dt", term), element("dd", value)]) for term, value in terms)
    return element("dl", join(element("div", row) for row in rows), css_class)


def titled(title: str, content: object, id: str) -> Html:
    """Make a section that is found by its title."""
    heading = element("h2", title, id=f"{id}-title")
    return element("section", join([heading, content]), id=id, aria_labelledby=f"{id}-title")
