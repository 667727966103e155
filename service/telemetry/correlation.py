"""The correlation id: one string that follows a request into its jobs and their jobs.

Owns the id's place in the context and the two middlewares that take it from a request's
``X-Request-ID``. Logging reads it from here.
"""

import re
import uuid
from collections.abc import Awaitable, Callable, Iterable, Iterator, MutableMapping
from contextvars import ContextVar, Token
from typing import Any

HEADER = "X-Request-ID"
ALLOWED = re.compile(r"[A-Za-z0-9._:-]{1,128}")
"""Ids from outside end up in logs and messages: nothing that needs quoting gets in."""

_CORRELATION_ID: ContextVar[str | None] = ContextVar("headcount_correlation_id", default=None)

AsgiMessage = MutableMapping[str, Any]
AsgiSend = Callable[[AsgiMessage], Awaitable[None]]
AsgiApp = Callable[[AsgiMessage, Callable[[], Awaitable[AsgiMessage]], AsgiSend], Awaitable[None]]
WsgiApp = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]


def current_correlation_id() -> str | None:
    """Return the id of the request or job this code runs for, None outside of both."""
    return _CORRELATION_ID.get()


class correlation:  # noqa: N801 - used as `with correlation(id):`
    """Bind the id for the length of a block."""

    __slots__ = ("_id", "_token")

    _token: Token[str | None]

    def __init__(self, correlation_id: str) -> None:
        self._id = correlation_id

    def __enter__(self) -> None:
        self._token = _CORRELATION_ID.set(self._id)

    def __exit__(self, *_: object) -> None:
        _CORRELATION_ID.reset(self._token)


def accepted_id(given: str | None) -> str:
    """Return the id a request brought if it is fit to be one, else a new one."""
    return given if given and ALLOWED.fullmatch(given) else uuid.uuid4().hex


class CorrelationASGI:
    """ASGI middleware: binds each request's id and echoes it in the response."""

    def __init__(self, app: AsgiApp) -> None:
        self._app = app

    async def __call__(
        self, scope: AsgiMessage, receive: Callable[[], Awaitable[AsgiMessage]], send: AsgiSend
    ) -> None:
        """Serve one connection; those that are not requests pass untouched."""
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        correlation_id = accepted_id(_asgi_header(scope))
        with correlation(correlation_id):
            await self._app(scope, receive, _echoing(send, correlation_id))


class CorrelationWSGI:
    """WSGI middleware: binds each request's id, while its body is made too, and echoes it."""

    def __init__(self, app: WsgiApp) -> None:
        self._app = app

    def __call__(
        self, environ: dict[str, Any], start_response: Callable[..., Any]
    ) -> Iterable[bytes]:
        """Serve one request."""
        correlation_id = accepted_id(environ.get("HTTP_X_REQUEST_ID"))

        def echo(status: str, headers: list[tuple[str, str]], *error: Any) -> Any:
            others = [pair for pair in headers if pair[0].lower() != HEADER.lower()]
            return start_response(status, [*others, (HEADER, correlation_id)], *error)

        with correlation(correlation_id):
            return _CorrelatedBody(self._app(environ, echo), correlation_id)


class _CorrelatedBody:
    """A response's body: the id is bound whenever the application makes another piece.

    Between pieces it is not, so a server that gives up half way leaves nothing bound.
    """

    def __init__(self, body: Iterable[bytes], correlation_id: str) -> None:
        self._body = body
        self._pieces = iter(body)
        self._correlation_id = correlation_id

    def __iter__(self) -> Iterator[bytes]:
        return self

    def __next__(self) -> bytes:
        with correlation(self._correlation_id):
            return next(self._pieces)

    def close(self) -> None:
        """Close the application's body, as the server asks."""
        close = getattr(self._body, "close", None)
        if close is not None:
            with correlation(self._correlation_id):
                close()


def _asgi_header(scope: AsgiMessage) -> str | None:
    wanted = HEADER.lower().encode()
    found = (value for name, value in scope.get("headers", ()) if name.lower() == wanted)
    value = next(found, None)
    return None if value is None else value.decode("latin-1")


def _echoing(send: AsgiSend, correlation_id: str) -> AsgiSend:
    name, value = HEADER.lower().encode(), correlation_id.encode()

    async def echo(message: AsgiMessage) -> None:
        if message["type"] in ("http.response.start", "websocket.accept"):
            others = [pair for pair in message.get("headers", ()) if pair[0].lower() != name]
            message = {**message, "headers": [*others, (name, value)]}
        await send(message)

    return echo
