"""Owns the list of endpoints at ``/docs``.

FastAPI's own page loads its scripts from another host, so it would be blank offline.
"""

from typing import Any

from service.sidecar.markup import Html, element, join, link, table

COLUMNS = ("Endpoint", "Shows", "Answers")


def docs_content(document: dict[str, Any]) -> Html:
    """Return the page's content for an OpenAPI document."""
    heading = element("h1", f"{document['info']['title']} API")
    about = element("p", document["info"].get("description", ""), "soft")
    schema = element("p", join(["Schemas:", link("openapi.json", "openapi.json")]))
    return join([heading, about, schema, *_sections(document)])


def _sections(document: dict[str, Any]) -> list[Html]:
    """Make one table of endpoints for each tag, in the order of their first endpoint."""
    rows: dict[str, list[list[object]]] = {}
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            tag = (operation.get("tags") or ["other"])[0]
            rows.setdefault(tag, []).append(_row(path, method, operation))
    return [table(tag.capitalize(), COLUMNS, some, "None.") for tag, some in rows.items()]


def _row(path: str, method: str, operation: dict[str, Any]) -> list[object]:
    name = element("code", f"{method.upper()} {path}")
    address = path.removeprefix("/") or "./"
    endpoint = name if "{" in path else Html(f'<a href="{address}">{name}</a>')
    shows = join([element("div", operation.get("summary", "")), _description(operation)])
    codes = {code: answer["description"] for code, answer in operation["responses"].items()}
    return [endpoint, shows, join(_code(code, meaning) for code, meaning in codes.items())]


def _description(operation: dict[str, Any]) -> Html:
    return element("div", operation.get("description", ""), "soft")


def _code(code: str, meaning: str) -> Html:
    plain = "" if meaning == "Successful Response" else f" {meaning}"
    return element("div", join([element("code", code), plain]))
