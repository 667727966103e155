"""Owns ``/health`` and the two probes."""

from fastapi import APIRouter
from starlette.responses import Response

from service.sidecar.answers import HealthAnswer, ProbeAnswer
from service.sidecar.health import report_health
from service.sidecar.prepared import Prepared, PreparedAnswers, as_json
from service.sidecar.probes import Probe, liveness, readiness
from service.sidecar.reading import Reading


def health_routes(prepared: PreparedAnswers, hostname: str) -> APIRouter:
    """Build the routes; the probes are about the workers of ``hostname``."""
    router = APIRouter(tags=["health"])
    prepared.renders |= {
        "/health": _health,
        "/health/live": lambda reading: _probe(liveness(reading, hostname)),
        "/health/ready": lambda reading: _probe(readiness(reading, hostname)),
    }

    @router.get(
        "/health",
        summary="Health of the whole of Headcount",
        response_model=HealthAnswer,
        responses={503: {"model": HealthAnswer, "description": "Down."}},
    )
    async def health() -> Response:
        """Run every check: 200 when ok or degraded, 503 when down."""
        return prepared.response("/health")

    @router.get(
        "/health/live",
        summary="Liveness of this pod's worker",
        response_model=ProbeAnswer,
        responses={503: {"model": ProbeAnswer, "description": "Stuck: restart it."}},
    )
    async def live() -> Response:
        """Tell whether this pod's worker makes progress; never 503 for a broker outage."""
        return prepared.response("/health/live")

    @router.get(
        "/health/ready",
        summary="Readiness of this pod's worker",
        response_model=ProbeAnswer,
        responses={503: {"model": ProbeAnswer, "description": "Not taking jobs."}},
    )
    async def ready() -> Response:
        """Tell whether this pod's worker consumes its queues and is not draining."""
        return prepared.response("/health/ready")

    return router


def _health(reading: Reading) -> Prepared:
    report = report_health(reading)
    return as_json(HealthAnswer.of(report), 503 if report.status == "down" else 200)


def _probe(probe: Probe) -> Prepared:
    return as_json(ProbeAnswer.of(probe), 200 if probe.status == "ok" else 503)
