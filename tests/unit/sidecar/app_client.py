"""Requests to an application in this process, without a socket."""

import asyncio

import httpx
from fastapi import FastAPI


class AppClient:
    """Asks ``app`` as a browser on ``http://sidecar`` would; its lifespan does not run."""

    def __init__(self, app: FastAPI) -> None:
        self.app = app

    def get(self, path: str, **headers: str) -> httpx.Response:
        return self.request("GET", path, headers)

    def request(self, method: str, path: str, headers: dict[str, str] | None = None):
        return asyncio.run(self._request(method, path, headers or {}))

    async def _request(self, method: str, path: str, headers: dict[str, str]) -> httpx.Response:
        transport = httpx.ASGITransport(self.app, raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url="http://sidecar") as client:
            return await client.request(method, path, headers=headers)
