"""Asks a process whether it does its work yet. Plain sockets: no client is worth importing here.

Every check answers False where it cannot tell, and within :data:`PATIENCE_SECONDS`.
"""

import asyncio

PATIENCE_SECONDS = 2.0


async def tcp_answers(host: str, port: int) -> bool:
    """Tell whether something accepts connections there."""
    return await _ask(host, port, b"") is not None


async def http_answers(host: str, port: int, path: str) -> bool:
    """Tell whether an HTTP server answers with 200."""
    request = f"GET {path} HTTP/1.0\r\nHost: {host}\r\nConnection: close\r\n\r\n"
    reply = await _ask(host, port, request.encode())
    return reply is not None and reply.startswith((b"HTTP/1.0 200 ", b"HTTP/1.1 200 "))


async def valkey_answers(host: str, port: int, password: str) -> bool:
    """Tell whether the server takes the password and commands; not while it loads its data."""
    reply = await _ask(host, port, f"AUTH {password}\r\nPING\r\nQUIT\r\n".encode())
    return reply is not None and b"+PONG" in reply


async def _ask(host: str, port: int, request: bytes) -> bytes | None:
    """Return all that the other side says to ``request``, or None if it does not answer."""
    try:
        async with asyncio.timeout(PATIENCE_SECONDS):
            reader, writer = await asyncio.open_connection(host, port)
            try:
                writer.write(request)
                return await reader.read() if request else b""
            finally:
                writer.close()
    except OSError:  # a timeout is one, too
        return None
