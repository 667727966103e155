"""Owns what every path has in common: HEAD is answered like GET, and errors are JSON."""

from fastapi import FastAPI
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from service.sidecar.answers import ProblemAnswer
from service.sidecar.prepared import as_json

LONGEST_PATH = 100


class HeadAsGet:
    """Answer HEAD as GET is answered; the server leaves the body out."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on."""
        if scope["type"] == "http" and scope["method"] == "HEAD":
            # A copy: the server knows by its own that no body is to be sent.
            scope = {**scope, "method": "GET"}
        await self._app(scope, receive, send)


def answer_errors_as_json(app: FastAPI) -> None:
    """Make every error one JSON line that says what is allowed; never a traceback."""

    async def on_http_error(request: Request, error: Exception) -> Response:
        status_code = error.status_code if isinstance(error, HTTPException) else 500
        detail = _explain(app, request, status_code, str(getattr(error, "detail", "")))
        response = as_json(ProblemAnswer(detail=detail), status_code).response()
        response.headers.update({"allow": "GET, HEAD"} if status_code == 405 else {})
        return response

    async def on_bug(_request: Request, error: Exception) -> Response:
        detail = f"internal error ({type(error).__name__}); the sidecar's log has the details"
        return as_json(ProblemAnswer(detail=detail), 500).response()

    app.add_exception_handler(HTTPException, on_http_error)
    app.add_exception_handler(Exception, on_bug)


def _explain(app: FastAPI, request: Request, status_code: int, detail: str) -> str:
    path = request.scope["path"][:LONGEST_PATH]
    if status_code == 404:
        return f"no such path: {path}; there are: {', '.join(known_paths(app))}"
    if status_code == 405:
        return f"{request.method} is not allowed on {path}; allowed: GET, HEAD"
    return detail


def known_paths(app: FastAPI) -> list[str]:
    """Return the paths that answer GET, sorted."""
    return sorted([*app.openapi()["paths"], str(app.openapi_url)])
