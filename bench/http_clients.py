"""Clients of an HTTP server: each asks again as soon as it has its answer."""

import asyncio
import time
from dataclasses import dataclass, field

CONTENT_LENGTH = b"content-length: "


@dataclass
class Load:
    """What the clients found: how long each answer took, and which statuses there were."""

    seconds: list[float] = field(default_factory=list)
    statuses: set[bytes] = field(default_factory=set)


class Client(asyncio.Protocol):
    """One connection that is kept; asks for the paths in turn until ``until``."""

    def __init__(self, paths: tuple[str, ...], until: float, load: Load) -> None:
        self._requests = [f"GET {path} HTTP/1.1\r\nHost: bench\r\n\r\n".encode() for path in paths]
        self._until, self._load = until, load
        self._asked, self._asked_at, self._answer = 0, 0.0, b""
        self.done: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Ask for the first time."""
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self._ask()

    def data_received(self, data: bytes) -> None:
        """Note an answer that is complete, and ask again."""
        self._answer += data
        head, _, body = self._answer.partition(b"\r\n\r\n")
        length = head.lower().partition(CONTENT_LENGTH)[2].partition(b"\r\n")[0]
        if length and len(body) >= int(length):
            now = time.perf_counter()
            self._load.seconds.append(now - self._asked_at)
            self._load.statuses.add(head.split(b" ", 2)[1])
            self._ask() if now < self._until else self._transport.close()

    def connection_lost(self, error: Exception | None) -> None:
        """End; an early end is the server's failure."""
        early = error or time.perf_counter() < self._until
        self.done.set_exception(error or OSError("closed")) if early else self.done.set_result(None)

    def _ask(self) -> None:
        self._answer, self._asked_at = b"", time.perf_counter()
        self._transport.write(self._requests[self._asked % len(self._requests)])
        self._asked += 1


def ask(port: int, paths: tuple[str, ...], clients: int, seconds: float) -> Load:
    """Let so many clients ask for so long."""

    async def run() -> Load:
        load, until, loop = Load(), time.perf_counter() + seconds, asyncio.get_running_loop()
        made = [
            await loop.create_connection(lambda: Client(paths, until, load), "127.0.0.1", port)
            for _ in range(clients)
        ]
        await asyncio.gather(*[client.done for _, client in made])
        return load

    return asyncio.run(run())
