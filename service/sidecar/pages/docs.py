"""Owns the list of endpoints at ``/docs``, made of the OpenAPI document.

FastAPI's own page loads its scripts from another host, so it would be blank offline.
"""

from collections.abc import Iterator
from typing import Any

from service.sidecar.pages.answer_fields import Schemas, answer_fields
from service.sidecar.pages.frame import Page
from service.sidecar.pages.markup import Html, element, join, link, pairs, titled, to_html


def docs_page(document: dict[str, Any]) -> Page:
    """Return the page for an OpenAPI document."""
    info = document["info"]
    schema = element(
        "p", join(["As a document for programs:", link("openapi.json", "openapi.json")])
    )
    about = [element("h1", f"{info['title']} API"), element("p", info["description"]), schema]
    intro = element("section", join(about), "intro", aria_label="About")
    return Page("API · Headcount", join([intro, *_sections(document)]))


def _sections(document: dict[str, Any]) -> Iterator[Html]:
    """Make a section for each tag, in the order of their first endpoints."""
    schemas = document["components"]["schemas"]
    cards: dict[str, list[Html]] = {}
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            cards.setdefault(operation["tags"][0], []).append(
                _card(path, method, operation, schemas)
            )
    for tag, some in cards.items():
        yield titled(tag.capitalize(), element("div", join(some), "endpoints"), tag)


def _card(path: str, method: str, operation: dict[str, Any], schemas: Schemas) -> Html:
    parts = [
        element("h3", _address(path, method)),
        element("p", element("strong", operation["summary"])),
        element("p", _with_code(operation["description"]), "soft"),
        element("p", join(_answer(*one) for one in operation["responses"].items()), "codes"),
    ]
    fields = answer_fields(operation["responses"]["200"], schemas)
    if fields:
        summary = element("summary", "Fields of the answer")
        parts.append(element("details", join([summary, _list(fields)])))
    return element("article", join(parts), "card endpoint")


def _address(path: str, method: str) -> Html:
    name = element("code", f"{method.upper()} {path}")
    # Relative, because a proxy may serve the sidecar below a path of its own.
    return name if "{" in path else element("a", name, href=path.removeprefix("/") or "./")


def _answer(code: str, answer: dict[str, Any]) -> Html:
    meaning = "" if answer["description"] == "Successful Response" else answer["description"]
    return element("span", join([element("code", code), meaning]))


def _list(fields: dict[str, str]) -> Html:
    terms = [(element("code", name), _with_code(about)) for name, about in fields.items()]
    return pairs(terms, "meanings")


def _with_code(text: str) -> Html:
    """Show what stands between backticks as code."""
    parts = enumerate(text.split("`"))
    return Html("".join(element("code", part) if at % 2 else to_html(part) for at, part in parts))
