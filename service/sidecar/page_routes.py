"""Owns the pages for people: the status page and the list of endpoints."""

import re

from fastapi import APIRouter, FastAPI
from starlette.requests import Request
from starlette.responses import HTMLResponse

from service.settings import Settings
from service.sidecar.docs_page import docs_content
from service.sidecar.markup import Page, PageFrame
from service.sidecar.snapshot_cache import SnapshotCache
from service.sidecar.status_page import status_content

REFRESH_SECONDS = 5

HOST_HEADER = re.compile(r"(?P<host>[A-Za-z0-9.-]+|\[[0-9A-Fa-f:.]+\])(:\d+)?")

Links = list[tuple[str, str]]


def page_routes(app: FastAPI, snapshots: SnapshotCache, settings: Settings) -> APIRouter:
    """Build the routes; ``/docs`` lists the endpoints of ``app``."""
    router = APIRouter(tags=["pages"], default_response_class=HTMLResponse)
    frame = PageFrame()

    @router.get("/", summary="Status page for people")
    async def status(request: Request) -> HTMLResponse:
        """Show health, queues, workers and cron entries; reloads itself."""
        content, status, footer = status_content(snapshots.latest())
        links = page_links(settings, request)
        title = f"{status} · Headcount"
        return frame.render(Page(title, content, links, footer, status, REFRESH_SECONDS))

    @router.get("/docs", summary="This list")
    async def docs(request: Request) -> HTMLResponse:
        """List the endpoints with what they answer."""
        content = docs_content(app.openapi())
        return frame.render(Page("API · Headcount", content, page_links(settings, request)))

    return router


def page_links(settings: Settings, request: Request) -> Links:
    """Return the pages' links; Flower and Prometheus on the host the browser came to."""
    match = HOST_HEADER.fullmatch(request.headers.get("host", ""))
    host = match["host"] if match else settings.local_host()
    return [
        ("Flower", f"http://{host}:{settings.flower_port}"),
        ("Prometheus", f"http://{host}:{settings.prometheus_port}"),
        ("Metrics", "metrics"),
        ("API", "docs"),
    ]
