"""TLS in front of a broker: the embedded Valkey speaks none itself."""

import asyncio
import ssl
import subprocess
import threading
from pathlib import Path
from typing import Self

from tests.programs import installed

CHUNK_BYTES = 65536


class Certificates:
    """A certificate authority of the test's own, and what it signed for 127.0.0.1."""

    def __init__(self, directory: Path) -> None:
        directory.mkdir(parents=True, exist_ok=True)
        self.authority, self.certificate = directory / "ca.pem", directory / "server.pem"
        self.key = directory / "server.key"
        _openssl(
            "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj",
            "/CN=test authority", "-keyout", directory / "ca.key", "-out", self.authority,
        )  # fmt: skip
        request, names = directory / "server.csr", directory / "names"
        names.write_text("subjectAltName=IP:127.0.0.1\n")
        _openssl(
            "req", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=broker",
            "-keyout", self.key, "-out", request,
        )  # fmt: skip
        _openssl(
            "x509", "-req", "-in", request, "-CA", self.authority, "-CAkey", directory / "ca.key",
            "-CAcreateserial", "-days", "2", "-extfile", names, "-out", self.certificate,
        )  # fmt: skip


def _openssl(*arguments: object) -> None:
    subprocess.run([installed("openssl"), *map(str, arguments)], check=True, capture_output=True)


class TlsFront:
    """Takes TLS connections on ``port`` and passes what they say on to ``target_port``."""

    def __init__(self, target_port: int, certificates: Certificates, clients_ca: bool = False):
        self._target_port = target_port
        self._context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        self._context.load_cert_chain(certificates.certificate, certificates.key)
        if clients_ca:
            self._context.verify_mode = ssl.CERT_REQUIRED
            self._context.load_verify_locations(certificates.authority)
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self.connections, self.port = 0, 0

    async def _serve(self) -> None:
        server = await asyncio.start_server(self._pass_on, "127.0.0.1", 0, ssl=self._context)
        self.port = server.sockets[0].getsockname()[1]

    async def _pass_on(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        try:
            there = await asyncio.open_connection("127.0.0.1", self._target_port)
        except OSError:
            writer.transport.abort()
            return
        await asyncio.gather(_copy(reader, there[1]), _copy(there[0], writer))

    def __enter__(self) -> Self:
        self._thread.start()
        asyncio.run_coroutine_threadsafe(self._serve(), self._loop).result(10)
        return self

    def __exit__(self, *_: object) -> None:
        asyncio.run_coroutine_threadsafe(_end_all(), self._loop).result(10)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)
        self._loop.close()


async def _copy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        while data := await reader.read(CHUNK_BYTES):
            writer.write(data)
            await writer.drain()
    except OSError:
        pass
    finally:
        writer.close()


async def _end_all() -> None:
    tasks = asyncio.all_tasks() - {asyncio.current_task()}
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
