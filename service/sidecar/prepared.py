"""Owns answers prepared once per reading and shared by everyone who asks meanwhile.

Hundreds of clients at once then cost a dictionary look-up each. Used from the event loop only.
"""

from collections.abc import Callable
from dataclasses import dataclass

from pydantic import BaseModel
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from service.sidecar.reading import Reading
from service.sidecar.snapshot_cache import SnapshotCache

JSON = "application/json"


@dataclass(frozen=True, slots=True)
class Prepared:
    """One rendered answer."""

    status_code: int
    body: bytes
    content_type: str = JSON

    def response(self) -> Response:
        """Return it as a response of its own: whoever sends one may change it on the way."""
        headers = {"cache-control": "no-store", "content-type": self.content_type}
        return Response(self.body, self.status_code, headers)

    async def send(self, send: Send) -> None:
        """Send it as it is."""
        headers = [
            (b"cache-control", b"no-store"),
            (b"content-type", self.content_type.encode()),
            (b"content-length", b"%d" % len(self.body)),
        ]
        await send({"type": "http.response.start", "status": self.status_code, "headers": headers})
        await send({"type": "http.response.body", "body": self.body})


Render = Callable[[Reading], Prepared]


class PreparedAnswers:
    """Renders each answer once per edition of the cache's reading.

    ``renders``: key -> how; keys that are paths are what :class:`ServePrepared` serves.
    """

    def __init__(self, snapshots: SnapshotCache) -> None:
        self.renders: dict[str, Render] = {}
        self._snapshots = snapshots
        self._edition = (-1, -1)
        self._kept: dict[str, Prepared] = {}

    def response(self, key: str) -> Response:
        """Return the answer of ``key`` as a response."""
        return self.answer(key).response()

    def answer(self, key: str) -> Prepared:
        """Return the answer of ``key``, rendered anew if the reading has changed."""
        reading = self._snapshots.latest()
        if reading.edition != self._edition:
            self._kept, self._edition = {}, reading.edition
        if key not in self._kept:
            self._kept[key] = self.renders[key](reading)
        return self._kept[key]


class ServePrepared:
    """Serve the paths that have a prepared answer, before the application sees the request.

    FastAPI, its middleware and routing cost more than the server and all else in such an answer.
    The routes of these paths stay: they are what the OpenAPI document describes.
    """

    def __init__(self, app: ASGIApp, prepared: PreparedAnswers) -> None:
        self._app = app
        self._prepared = prepared

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, or pass the request on."""
        known = scope["type"] == "http" and scope["path"] in self._prepared.renders
        if known and scope["method"] == "GET":
            await self._prepared.answer(scope["path"]).send(send)
        else:
            await self._app(scope, receive, send)


def as_json(answer: BaseModel, status_code: int = 200) -> Prepared:
    """Render a model as a JSON answer."""
    return Prepared(status_code, answer.model_dump_json().encode())
