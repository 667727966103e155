"""A network that can be bad: a TCP proxy between processes and the broker."""

import asyncio
import threading
from typing import Literal, Self

Mode = Literal["up", "black hole", "refuse"]
CHUNK_BYTES = 65536
HELD_BACK_SECONDS = 0.02


class FaultProxy:
    """Forwards 127.0.0.1:``port`` to the broker's port, as well as it is told to.

    ``mode``: "black hole" accepts and holds back all that is sent, as TCP does, until it is
    "up" again or reset; "refuse" closes at once. ``delay_seconds``: added to each direction.
    """

    def __init__(self, broker_port: int) -> None:
        self._broker_port = broker_port
        self._open = set[asyncio.StreamWriter]()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self.mode: Mode = "up"
        self.delay_seconds = 0.0
        self.port = 0

    @property
    def url(self) -> str:
        return f"redis://127.0.0.1:{self.port}/0"

    def reset(self) -> None:
        """Reset every connection."""
        asyncio.run_coroutine_threadsafe(self._reset(), self._loop).result(5)

    async def _reset(self) -> None:
        for writer in list(self._open):
            writer.transport.abort()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            if self.mode == "refuse":
                raise ConnectionRefusedError
            server = await asyncio.open_connection("127.0.0.1", self._broker_port)
        except OSError:
            writer.transport.abort()
            return
        ends = {writer, server[1]}
        self._open |= ends
        await asyncio.gather(self._pipe(reader, server[1]), self._pipe(server[0], writer))
        self._open -= ends

    async def _pipe(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while data := await reader.read(CHUNK_BYTES):
                if self.delay_seconds:
                    await asyncio.sleep(self.delay_seconds)
                while self.mode == "black hole":
                    await asyncio.sleep(HELD_BACK_SECONDS)
                writer.write(data)
                await writer.drain()
        except OSError:
            pass
        finally:
            writer.close()

    def __enter__(self) -> Self:
        self._thread.start()
        starting = asyncio.start_server(self._serve, "127.0.0.1", 0)
        server = asyncio.run_coroutine_threadsafe(starting, self._loop).result(5)
        self.port = server.sockets[0].getsockname()[1]
        return self

    def __exit__(self, *_: object) -> None:
        self.reset()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(5)
