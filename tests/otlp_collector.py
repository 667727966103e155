"""A collector that speaks OTLP over HTTP, as far as tests need one: it keeps what it is sent."""

import gzip
import threading
from collections.abc import Iterable
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import (
    ExportTraceServiceRequest,
    ExportTraceServiceResponse,
)
from opentelemetry.proto.trace.v1.trace_pb2 import Span as ProtoSpan

from tests.waiting import wait_until

PROTOBUF = "application/x-protobuf"


@dataclass(frozen=True)
class Span:
    """One span as it arrived."""

    name: str
    kind: str
    trace_id: str
    span_id: str
    parent_id: str
    attributes: dict[str, Any]
    events: list[tuple[str, dict[str, Any]]]
    links: list[tuple[str, str]]
    status: tuple[int, str]
    seconds: float
    resource: dict[str, Any]
    scope: str

    @property
    def outcome(self) -> str:
        return str(self.attributes["headcount.outcome"])

    @property
    def attempt(self) -> int:
        return int(self.attributes["headcount.attempt"])

    @property
    def address(self) -> tuple[str, str]:
        """What links to this span name."""
        return self.trace_id, self.span_id


class Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Take it that a client has gone."""


class Collector:
    """Listens at ``endpoint``. While ``silent`` it takes requests and answers none."""

    def __init__(self) -> None:
        self._spans: list[Span] = []
        self.requests: list[dict[str, str]] = []
        self._talking = threading.Event()
        self._talking.set()
        self._server = Server(("127.0.0.1", 0), self._handler())
        self.endpoint = f"http://127.0.0.1:{self._server.server_port}"

    def spans(self, name: str | None = None, job_id: str | None = None) -> list[Span]:
        """What has arrived, of one name or one job where asked for."""
        return [
            span
            for span in self._spans.copy()
            if name in (None, span.name)
            and job_id in (None, span.attributes.get("messaging.message.id"))
        ]

    def attempts(self, job_id: str, number: int) -> list[Span]:
        """A job's attempts by their numbers, once there are so many; never more."""
        wait_until(lambda: len(self._attempts(job_id)) >= number, 15)
        found = self._attempts(job_id)
        assert [span.attempt for span in found] == list(range(1, number + 1))
        return found

    def _attempts(self, job_id: str) -> list[Span]:
        found = [one for one in self.spans(job_id=job_id) if one.name.startswith("process ")]
        return sorted(found, key=lambda span: span.attempt)

    def silence(self) -> None:
        """Answer nobody from now on."""
        self._talking.clear()

    def __enter__(self) -> Self:
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._talking.set()
        self._server.shutdown()
        self._server.server_close()

    def _take(self, body: bytes) -> None:
        for sent in ExportTraceServiceRequest.FromString(body).resource_spans:
            resource = values(sent.resource.attributes)
            for scoped in sent.scope_spans:
                self._spans += [read(one, resource, scoped.scope.name) for one in scoped.spans]

    def _handler(collector) -> type[BaseHTTPRequestHandler]:  # noqa: N805 - self is the handler's
        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                collector._talking.wait()
                if self.headers.get("Content-Encoding") == "gzip":
                    body = gzip.decompress(body)
                right = self.path == "/v1/traces" and self.headers["Content-Type"] == PROTOBUF
                if right:
                    collector.requests.append(dict(self.headers))
                    collector._take(body)
                answer = ExportTraceServiceResponse().SerializeToString()
                self.send_response(200 if right else 404)
                self.send_header("Content-Type", PROTOBUF)
                self.send_header("Content-Length", str(len(answer)))
                self.end_headers()
                self.wfile.write(answer)

            def log_message(self, format: str, *args: Any) -> None:
                pass

        return Handler


def read(span: ProtoSpan, resource: dict[str, Any], scope: str) -> Span:
    return Span(
        name=span.name,
        kind=ProtoSpan.SpanKind.Name(span.kind).removeprefix("SPAN_KIND_"),
        trace_id=span.trace_id.hex(),
        span_id=span.span_id.hex(),
        parent_id=span.parent_span_id.hex(),
        attributes=values(span.attributes),
        events=[(event.name, values(event.attributes)) for event in span.events],
        links=[(link.trace_id.hex(), link.span_id.hex()) for link in span.links],
        status=(span.status.code, span.status.message),
        seconds=(span.end_time_unix_nano - span.start_time_unix_nano) / 1e9,
        resource=resource,
        scope=scope,
    )


def values(attributes: Iterable[Any]) -> dict[str, Any]:
    return {one.key: getattr(one.value, one.value.WhichOneof("value")) for one in attributes}
