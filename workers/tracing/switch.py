"""Whether this process traces. Needs no OpenTelemetry to say no."""

import logging
from importlib.util import find_spec
from typing import TYPE_CHECKING

from service.trace_export import SPOKEN, TraceExport

if TYPE_CHECKING:
    from workers.tracing.tracing import Tracing

logger = logging.getLogger("headcount.tracing")

NEEDED = ("opentelemetry.sdk.trace", "opentelemetry.exporter.otlp.proto.http.trace_exporter")


def make_tracing(export: TraceExport | None) -> "Tracing | None":
    """Return what traces this process's jobs; None, having said why, where that cannot be."""
    if export is None:
        return None
    problem = tracing_problem(export)
    if problem is not None:
        logger.warning("jobs are not traced: %s", problem)
        return None
    from workers.tracing.tracing import Tracing

    return Tracing()


def tracing_problem(export: TraceExport) -> str | None:
    """Return why spans cannot be exported, and what mends it; None if they can."""
    if not all(map(_is_installed, NEEDED)):
        return (
            f"an OTLP endpoint is set ({export.host}), but the extra that exports is not "
            "installed; mend: pip install 'headcount[otel]'"
        )
    if export.protocol != SPOKEN:
        return (
            f"OTEL_EXPORTER_OTLP_PROTOCOL={export.protocol!r} is not spoken; mend: "
            f"OTEL_EXPORTER_OTLP_TRACES_PROTOCOL={SPOKEN}, and the collector's port for it"
        )
    return _refusal()


def _refusal() -> str | None:
    """Return what OpenTelemetry has against its own variables: better now than job by job."""
    try:
        from workers.tracing.tracing import try_out

        try_out()
    except Exception as error:  # noqa: BLE001 - of any kind, some of them while it is imported
        return f"OpenTelemetry does not take a variable of its own: {error}"
    return None


def _is_installed(module: str) -> bool:
    try:
        return find_spec(module) is not None
    except ModuleNotFoundError:
        return False
