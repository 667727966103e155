"""Owns the pages' addresses and the links on them."""

import re
from typing import Literal
from urllib.parse import quote

from fastapi import APIRouter, FastAPI, HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from service.settings import Settings
from service.sidecar.pages.docs import docs_page
from service.sidecar.pages.frame import Links, PageFrame
from service.sidecar.pages.status import StatusPages
from service.sidecar.snapshot_cache import SnapshotCache

LOCAL_HOSTS = ("localhost", "127.0.0.1", "[::1]")
NO_FLOWER = (
    "Flower answers on its own machine only; with HEADCOUNT_FLOWER_USER and "
    "HEADCOUNT_FLOWER_PASSWORD it asks for them, and answers everywhere"
)
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

    @router.get("/flower/{kind}/{name:path}", include_in_schema=False)
    async def flower_page(kind: Literal["task", "worker"], name: str, request: Request) -> Response:
        """Lead to Flower's page of a task or a worker: the page itself is the same for everyone."""
        flower = flower_address(settings, request)
        if flower is None:
            raise HTTPException(403, NO_FLOWER)
        return RedirectResponse(f"{flower}/{kind}/{quote(name, safe='')}")

    return router


def page_links(settings: Settings, request: Request) -> Links:
    """Return the pages' links; Flower and Prometheus on the host the browser came to."""
    flower = flower_address(settings, request)
    prometheus = f"http://{_host(settings, request)}:{settings.prometheus_port}"
    links = {
        "Flower": flower,
        "Grafana": settings.grafana_url,
        "Prometheus": prometheus,
        "Metrics": "metrics",
        "API": "docs",
    }
    return [(label, address) for label, address in links.items() if address]


def flower_address(settings: Settings, request: Request) -> str | None:
    """Return Flower's address; None where it does not answer.

    One without a user and a password does on its own machine alone.
    """
    host = _host(settings, request)
    if settings.flower_is_protected or host in LOCAL_HOSTS:
        return f"http://{host}:{settings.flower_port}"
    return None


def _host(settings: Settings, request: Request) -> str:
    match = HOST_HEADER.fullmatch(request.headers.get("host", ""))
    return match["host"] if match else settings.local_host()
