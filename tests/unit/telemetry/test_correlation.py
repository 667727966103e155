"""One id from a request's header through its log lines to its answer."""

import asyncio
import logging
import re

import pytest

from service.telemetry.correlation import (
    CorrelationASGI,
    CorrelationWSGI,
    correlation,
    current_correlation_id,
)

NEW_ID = re.compile(r"[0-9a-f]{32}")
BAD_IDS = ["", "x" * 129, "a b", 'a"b', "a\nb", "id\n", "ключ", "a/b"]


def test_an_id_is_bound_for_its_block_only():
    assert current_correlation_id() is None
    with correlation("outer"):
        with correlation("inner"):
            assert current_correlation_id() == "inner"
        assert current_correlation_id() == "outer"
    assert current_correlation_id() is None


def test_an_id_is_unbound_when_its_block_fails():
    with pytest.raises(ValueError, match="boom"), correlation("id"):
        raise ValueError("boom")
    assert current_correlation_id() is None


def ask_asgi(headers=(), kind="http"):
    """Return the id the application saw and the headers it answered with."""
    seen, sent = [], []

    async def app(scope, receive, send):
        seen.append(current_correlation_id())
        start = "http.response.start" if kind == "http" else "websocket.accept"
        await send({"type": start, "status": 200, "headers": [(b"x-request-id", b"app's own")]})
        await send({"type": "http.response.body", "body": b"ok"})

    async def send(message):
        sent.append(message)

    asyncio.run(CorrelationASGI(app)({"type": kind, "headers": list(headers)}, None, send))
    return seen[0], sent[0]["headers"]


@pytest.mark.parametrize("kind", ["http", "websocket"])
def test_asgi_takes_the_callers_id_and_echoes_it(kind):
    seen, headers = ask_asgi([(b"x-request-id", b"order-7:a.b_c")], kind)
    assert seen == "order-7:a.b_c"
    assert headers == [(b"x-request-id", b"order-7:a.b_c")]
    assert current_correlation_id() is None


@pytest.mark.parametrize("bad", BAD_IDS)
def test_asgi_replaces_a_bad_id_by_a_new_one(bad):
    seen, headers = ask_asgi([(b"x-request-id", bad.encode())])
    assert NEW_ID.fullmatch(seen)
    assert headers == [(b"x-request-id", seen.encode())]


def test_asgi_gives_each_request_without_an_id_one_of_its_own():
    assert ask_asgi()[0] != ask_asgi()[0]


def test_asgi_lets_the_lifespan_pass():
    seen = []

    async def app(scope, receive, send):
        seen.append(current_correlation_id())

    asyncio.run(CorrelationASGI(app)({"type": "lifespan"}, None, None))
    assert seen == [None]


class WsgiRequest:
    """A WSGI application whose every step notes the id it runs under."""

    def __init__(self, **environ: str) -> None:
        self.seen: list[str | None] = []
        self.headers: list[tuple[str, str]] = []
        self.body = CorrelationWSGI(self._app)(environ, self._start)

    def _start(self, status, headers, exc_info=None):
        self.headers = headers

    def _app(self, environ, start_response):
        self.seen.append(current_correlation_id())
        start_response("200 OK", [("Content-Type", "text/plain")])
        return self._pieces()

    def _pieces(self):
        try:
            for _ in range(2):
                self.seen.append(current_correlation_id())
                yield b"piece"
        finally:
            self.seen.append(current_correlation_id())


def test_wsgi_binds_the_id_while_the_body_is_made_and_not_between():
    request = WsgiRequest(HTTP_X_REQUEST_ID="order-7")
    for piece in request.body:
        assert piece == b"piece"
        assert current_correlation_id() is None
    assert request.seen == ["order-7"] * 4
    assert request.headers == [("Content-Type", "text/plain"), ("X-Request-ID", "order-7")]


def test_wsgi_leaves_nothing_bound_when_the_server_gives_up_half_way():
    request = WsgiRequest(HTTP_X_REQUEST_ID="order-7")
    next(iter(request.body))
    request.body.close()
    assert request.seen == ["order-7"] * 3
    assert current_correlation_id() is None


@pytest.mark.parametrize("bad", BAD_IDS)
def test_wsgi_replaces_a_bad_id_by_a_new_one(bad):
    request = WsgiRequest(HTTP_X_REQUEST_ID=bad)
    assert NEW_ID.fullmatch(request.seen[0])
    assert request.headers[-1] == ("X-Request-ID", request.seen[0])


def test_lines_logged_for_a_request_carry_its_id(open_log):
    log = open_log()
    with correlation("order-7"):
        logging.getLogger("shop").info("paid")
    logging.getLogger("shop").info("idle")
    first, second = log.lines()
    assert first["correlation_id"] == "order-7"
    assert "correlation_id" not in second
