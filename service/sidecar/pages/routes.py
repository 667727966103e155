"""Owns the pages' addresses and the links on them."""

import re

from fastapi import APIRouter, FastAPI
from starlette.requests import Request
from starlette.responses import HTMLResponse

from service.settings import Settings
from service.sidecar.pages.docs import docs_page
from service.sidecar.pages.frame import Links, PageFrame
from service.sidecar.pages.status import StatusPages
from service.sidecar.snapshot_cache import SnapshotCache

LOCAL_HOSTS = ("localhost", "127.0.0.1", "[::1]")
HOST_HEADER = re.compile(r"(?P<host>[A-Za-z0-9.-]+|\[[0-9A-Fa-f:.]+\])(:\d+)?")


def page_routes(app: FastAPI, snapshots: SnapshotCache, settings: Settings) -> APIRouter:
    """Build the routes; ``/docs`` lists the endpoints of ``app``."""
    router = APIRouter(tags=["pages"], default_response_class=HTMLResponse)
    frame, pages = PageFrame(), StatusPages(snapshots)

    @router.get("/", summary="Status page for people")
    async def status(request: Request) -> HTMLResponse:
        """Show health, queues, workers, cron entries, dead jobs and the ledger.

        An open page keeps itself up to date by asking for `/?content`, which is what changes.
        """
        page = pages.latest()
        if "content" in request.query_params:
            return frame.content(page)
        return frame.render(page, page_links(settings, request))

    @router.get("/docs", summary="This list")
    async def docs(request: Request) -> HTMLResponse:
        """List the endpoints with what they answer."""
        return frame.render(docs_page(app.openapi()), page_links(settings, request))

    return router


def page_links(settings: Settings, request: Request) -> Links:
    """Return the pages' links; Flower and Prometheus on the host the browser came to.

    Flower only where it answers: an unprotected one does on its own machine alone.
    """
    match = HOST_HEADER.fullmatch(request.headers.get("host", ""))
    host = match["host"] if match else settings.local_host()
    reaches_flower = settings.flower_is_protected or host in LOCAL_HOSTS
    flower = [("Flower", f"http://{host}:{settings.flower_port}")] if reaches_flower else []
    grafana = [("Grafana", settings.grafana_url)] if settings.grafana_url else []
    return [
        *flower,
        *grafana,
        ("Prometheus", f"http://{host}:{settings.prometheus_port}"),
        ("Metrics", "metrics"),
        ("API", "docs"),
    ]
