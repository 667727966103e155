"""What a worker answers over HTTP: its registry at ``/metrics``, and nothing else."""

import gzip
from collections.abc import Callable, Iterable
from typing import Any
from urllib.parse import parse_qs

from prometheus_client import CollectorRegistry
from prometheus_client.exposition import gzip_accepted

from service.telemetry.metrics_text import metrics_text

GZIP_LEVEL = 1
"""A sixth of the CPU of the usual 9, for an answer a sixth larger: 600 kB become 48, not 41."""

StartResponse = Callable[..., Any]
WSGIApp = Callable[[dict[str, Any], StartResponse], Iterable[bytes]]

TEXT = ("Content-Type", "text/plain; charset=utf-8")


def metrics_app(registry: CollectorRegistry) -> WSGIApp:
    """Return the WSGI app; it knows prometheus_client's ``name[]``, and compresses if asked."""

    def serve(environ: dict[str, Any], start_response: StartResponse) -> Iterable[bytes]:
        if environ["PATH_INFO"] != "/metrics":
            start_response("404 Not Found", [TEXT])
            return [b"Not found; metrics are at /metrics\n"]
        if environ["REQUEST_METHOD"] != "GET":
            start_response("405 Method Not Allowed", [TEXT, ("Allow", "GET")])
            return [b"Not allowed; use GET\n"]
        text, content_type = metrics_text(_asked_for(registry, environ), _accepted(environ))
        headers = [("Content-Type", content_type)]
        if gzip_accepted(environ.get("HTTP_ACCEPT_ENCODING", "")):
            headers.append(("Content-Encoding", "gzip"))
            text = gzip.compress(text, GZIP_LEVEL)
        start_response("200 OK", headers)
        return [text]

    return serve


def _asked_for(registry: CollectorRegistry, environ: dict[str, Any]) -> Any:
    names = parse_qs(environ.get("QUERY_STRING", "")).get("name[]")
    return registry.restricted_registry(names) if names else registry


def _accepted(environ: dict[str, Any]) -> str:
    return str(environ.get("HTTP_ACCEPT", ""))
