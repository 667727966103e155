"""Owns the sidecar's application: its parts put together. Holds no state of its own."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib.metadata import PackageNotFoundError, version

from anyio import to_thread
from fastapi import FastAPI

from service.settings import Settings
from service.sidecar.health_routes import health_routes
from service.sidecar.job_routes import job_routes
from service.sidecar.metrics_route import metrics_route
from service.sidecar.pages.routes import page_routes
from service.sidecar.prepared import PreparedAnswers
from service.sidecar.routing import HeadAsGet, answer_errors_as_json
from service.sidecar.snapshot_cache import SnapshotCache

FIRST_READ_SECONDS = 2.0
"""How long start-up waits for the first read, so that the first answer is not "down"."""

DESCRIPTION = "Background jobs, every one accounted for. Read only; figures are at most 1 s old."


def create_app(snapshots: SnapshotCache, settings: Settings, hostname: str) -> FastAPI:
    """Build the sidecar; it starts and stops ``snapshots`` with itself.

    ``hostname``: the host whose worker ``/health/live`` and ``/health/ready`` are about. The
    server may serve what is in ``app.state.prepared`` by itself.
    """

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        snapshots.start()
        await to_thread.run_sync(snapshots.wait_for_first_read, FIRST_READ_SECONDS)
        try:
            yield
        finally:
            snapshots.stop()

    app = FastAPI(
        title="Headcount",
        description=DESCRIPTION,
        version=_version(),
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        lifespan=lifespan,
    )
    prepared = app.state.prepared = PreparedAnswers(snapshots)
    app.include_router(health_routes(prepared, hostname))
    app.include_router(job_routes(prepared))
    app.include_router(metrics_route(snapshots, prepared))
    app.include_router(page_routes(app, snapshots, settings))
    answer_errors_as_json(app)
    app.add_middleware(HeadAsGet)
    return app


def _version() -> str:
    try:
        return version("headcount")
    except PackageNotFoundError:
        return "0 (not installed)"
