"""Whether spans are to be exported, as OpenTelemetry's own variables have it.

This only decides on and off; all that is said of how (headers, timeouts, sampling, names) is for
the SDK to read. Source: opentelemetry.io, "OpenTelemetry Environment Variable Specification".
"""

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

SPOKEN = "http/protobuf"


@dataclass(frozen=True, slots=True)
class TraceExport:
    """Spans are to go to an OTLP endpoint, by a protocol."""

    endpoint: str
    protocol: str = SPOKEN

    @property
    def host(self) -> str:
        """Return where they go, without what may be secret in a URL."""
        return urlsplit(self.endpoint).netloc.rpartition("@")[2]


def trace_export(environ: Mapping[str, str]) -> TraceExport | None:
    """Return where ``environ`` says spans go; None if nowhere. An empty variable is unset."""
    endpoint = _of_traces(environ, "ENDPOINT")
    disabled = _given(environ, "OTEL_SDK_DISABLED").lower() == "true"
    exporters = _given(environ, "OTEL_TRACES_EXPORTER") or "otlp"
    if not endpoint or disabled or "otlp" not in exporters:
        return None
    return TraceExport(endpoint, _of_traces(environ, "PROTOCOL") or SPOKEN)


def _of_traces(environ: Mapping[str, str], what: str) -> str:
    """Return an exporter's variable: that of traces, else that of all signals."""
    return _given(environ, f"OTEL_EXPORTER_OTLP_TRACES_{what}") or _given(
        environ, f"OTEL_EXPORTER_OTLP_{what}"
    )


def _given(environ: Mapping[str, str], name: str) -> str:
    return environ.get(name, "").strip()
