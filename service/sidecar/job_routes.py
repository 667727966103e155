"""Owns ``/queues`` and ``/workers``."""

from collections.abc import Callable
from typing import Any

from fastapi import APIRouter
from pydantic import BaseModel
from starlette.requests import Request
from starlette.responses import Response

from service.broker.snapshot import Snapshot
from service.queues import QUEUE_NAMES
from service.sidecar.answers import ProblemAnswer, QueuesAnswer, WorkersAnswer
from service.sidecar.prepared import Prepared, PreparedAnswers, Render, as_json
from service.sidecar.reading import Reading

NAME = {
    "name": "name",
    "in": "path",
    "required": True,
    "schema": {"type": "string", "enum": list(QUEUE_NAMES)},
}

Responses = dict[int | str, dict[str, Any]]

NO_SNAPSHOT: Responses = {
    503: {"model": ProblemAnswer, "description": "No fresh snapshot of the broker."}
}
NO_QUEUE: Responses = {404: {"model": ProblemAnswer, "description": "No queue of this name."}}


def job_routes(prepared: PreparedAnswers) -> APIRouter:
    """Build the routes. They answer 503 rather than show old or empty figures."""
    router = APIRouter()
    prepared.renders |= {
        "/queues": _from_snapshot(QueuesAnswer.of),
        "/workers": _from_snapshot(WorkersAnswer.of),
        **{f"/queues/{name}": _one_queue(name) for name in QUEUE_NAMES},
    }

    @router.get(
        "/queues",
        tags=["queues"],
        summary="All queues in priority order",
        response_model=QueuesAnswer,
        responses=NO_SNAPSHOT,
    )
    async def queues() -> Response:
        """Show how many jobs each queue holds in which state, and who consumes it."""
        return prepared.response("/queues")

    @router.get(
        "/queues/{name}",
        tags=["queues"],
        summary="One queue",
        response_model=QueuesAnswer,
        responses={**NO_QUEUE, **NO_SNAPSHOT},
        openapi_extra={"parameters": [NAME]},
    )
    async def queue(request: Request) -> Response:
        """Show one queue, in the same shape as all of them."""
        name = request.path_params["name"]
        if name not in QUEUE_NAMES:
            return _no_queue(name).response()
        return prepared.response(f"/queues/{name}")

    @router.get(
        "/workers",
        tags=["workers"],
        summary="Worker processes seen within the last 15 minutes",
        response_model=WorkersAnswer,
        responses=NO_SNAPSHOT,
    )
    async def workers() -> Response:
        """Show every worker process as it last reported itself."""
        return prepared.response("/workers")

    return router


def _from_snapshot(build: Callable[[Snapshot], BaseModel]) -> Render:
    def render(reading: Reading) -> Prepared:
        if reading.current is None:
            return as_json(ProblemAnswer(detail=f"broker down: {reading.reason}"), 503)
        return as_json(build(reading.current))

    return render


def _one_queue(name: str) -> Render:
    return _from_snapshot(lambda snapshot: QueuesAnswer.of(snapshot, (name,)))


def _no_queue(name: str) -> Prepared:
    detail = f"no queue {name[:100]!r}; allowed: {', '.join(QUEUE_NAMES)}"
    return as_json(ProblemAnswer(detail=detail), 404)
