"""Owns ``/metrics``: plain text format, or OpenMetrics for those who accept it."""

from fastapi import APIRouter
from prometheus_client import CollectorRegistry
from prometheus_client.exposition import choose_encoder
from starlette.requests import Request
from starlette.responses import Response

from service.sidecar.collector import SnapshotCollector
from service.sidecar.prepared import Prepared, PreparedAnswers
from service.sidecar.snapshot_cache import SnapshotCache

PLAIN = "text/plain"
OPENMETRICS = "application/openmetrics-text"


def metrics_route(snapshots: SnapshotCache, prepared: PreparedAnswers) -> APIRouter:
    """Build the route, with a registry of its own."""
    router = APIRouter(tags=["metrics"])
    registry = CollectorRegistry()
    registry.register(SnapshotCollector(snapshots))

    def render(accepted: str) -> Prepared:
        encode, content_type = choose_encoder(accepted)
        return Prepared(200, encode(registry), content_type)

    prepared.renders |= {
        PLAIN: lambda _reading: render(""),
        OPENMETRICS: lambda _reading: render(f"{OPENMETRICS};version=1.0.0"),
    }

    @router.get(
        "/metrics",
        summary="Metrics for Prometheus",
        response_class=Response,
        responses={200: {"content": {PLAIN: {}, OPENMETRICS: {}}}},
    )
    async def metrics(request: Request) -> Response:
        """Show the sidecar's metrics as text; OpenMetrics when the Accept header names it."""
        return prepared.response(_format(request))

    return router


def _format(request: Request) -> str:
    """Return one of the two formats: what clients say of versions is not echoed back."""
    asked = ",".join(request.headers.getlist("accept")).lower()
    return OPENMETRICS if OPENMETRICS in asked else PLAIN
