"""Owns the sidecar's process: its listening socket, uvicorn, and how signals end it."""

import errno
import signal
import socket
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager

import uvicorn

from service.broker.snapshot import Snapshot
from service.errors import ServeError
from service.settings import Settings
from service.sidecar.app import create_app
from service.sidecar.prepared import ServePrepared
from service.sidecar.snapshot_cache import SnapshotCache

BACKLOG = 2048
SHUTDOWN_SECONDS = 3


def run_sidecar(settings: Settings, read_snapshot: Callable[[], Snapshot]) -> None:
    """Serve until SIGTERM or SIGINT, then return. Call it from the main thread.

    ``read_snapshot`` is called once a second from a thread of its own; see SnapshotCache.

    Raises:
        ServeError: cannot listen there. The command line prints it and exits.
    """
    with closing(_listen(settings.host, settings.http_port)) as listener:
        app = create_app(SnapshotCache(read_snapshot), settings, socket.gethostname())
        server = uvicorn.Server(
            uvicorn.Config(
                ServePrepared(app, app.state.prepared),
                log_config=None,
                access_log=False,
                proxy_headers=False,  # nobody asks where a request came from
                server_header=False,
                backlog=BACKLOG,
                timeout_graceful_shutdown=SHUTDOWN_SECONDS,
            )
        )
        with _ended_by_signals(server):
            server.run(sockets=[listener])


def _listen(host: str, port: int) -> socket.socket:
    try:
        family, *_, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        listener = socket.create_server(address[:2], family=family, backlog=BACKLOG)
        # Connections inherit it. asyncio would not set it on a listener made elsewhere, and
        # every answer would wait 40 ms for a delayed acknowledgement.
        listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return listener
    except socket.gaierror as error:
        raise ServeError(
            f"HEADCOUNT_HOST={host!r} cannot be resolved ({error.strerror}); allowed: an address "
            "of this machine"
        ) from None
    except OSError as error:
        raise ServeError(_why_not_listening(host, port, error)) from None


def _why_not_listening(host: str, port: int, error: OSError) -> str:
    if error.errno == errno.EADDRINUSE:
        return (
            f"HEADCOUNT_HTTP_PORT={port} is taken on {host}; "
            "allowed: a free port (stop the other program, or set another)"
        )
    if error.errno == errno.EADDRNOTAVAIL:
        return f"HEADCOUNT_HOST={host!r} is not here; allowed: an address of this machine"
    return f"HEADCOUNT_HTTP_PORT={port} on {host}: {error.strerror}; allowed: a port we may open"


@contextmanager
def _ended_by_signals(server: uvicorn.Server) -> Iterator[None]:
    """Make SIGTERM and SIGINT end the server and nothing else.

    uvicorn, once shut down, raises the signal again for whoever handled it before; by default
    that would kill the process, and a clean stop would look like a crash.
    """

    def end(_number: int, _frame: object) -> None:
        server.should_exit = True

    before = {number: signal.signal(number, end) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
