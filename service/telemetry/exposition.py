"""The HTTP listener behind a worker's ``/metrics``. Knows nothing of what the registry holds."""

import os
import socket
from errno import EADDRINUSE
from socketserver import TCPServer, ThreadingMixIn
from threading import Thread
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer

from prometheus_client import CollectorRegistry

from service.errors import ServeError
from service.telemetry.metrics_app import metrics_app

VARIABLE = "HEADCOUNT_METRICS_PORT"
SLOW_CLIENT_SECONDS = 10.0


class MetricsServer:
    """Serves ``GET /metrics`` from a daemon thread until closed, text or OpenMetrics as asked.

    Raises :class:`ServeError` where the address cannot be listened on; the command line
    prints it and exits.
    """

    def __init__(self, host: str, port: int, registry: CollectorRegistry) -> None:
        self._server = _listen(host, port)
        self._server.set_app(metrics_app(registry))
        # Forked children must not hold the port once this process is gone.
        os.register_at_fork(after_in_child=self._server.socket.close)
        self._thread = Thread(target=self._server.serve_forever, name="metrics", daemon=True)
        self._thread.start()

    @property
    def port(self) -> int:
        """The port listened on; with port 0 the system has chosen one."""
        return self._server.server_port

    def close(self) -> None:
        """Stop serving and free the port."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


class _Server(ThreadingMixIn, WSGIServer):
    daemon_threads = True

    def server_bind(self) -> None:
        # Not the parent's: it asks the name service who we are, which can take seconds.
        TCPServer.server_bind(self)
        host, self.server_port = self.socket.getsockname()[:2]
        self.server_name = str(host)
        self.setup_environ()


class _Server6(_Server):
    address_family = socket.AF_INET6


class _Handler(WSGIRequestHandler):
    timeout = SLOW_CLIENT_SECONDS

    def log_message(self, format: str, *args: Any) -> None:
        """Log nothing: a scrape every few seconds is no news."""


def _listen(host: str, port: int) -> _Server:
    server = _Server6 if ":" in host else _Server
    try:
        return server((host, port), _Handler)
    except OSError as error:
        raise ServeError(_explain(host, port, error)) from error


def _explain(host: str, port: int, error: OSError) -> str:
    problem = "is taken" if error.errno == EADDRINUSE else f"cannot be used ({error.strerror})"
    return (
        f"port {port} on {host} {problem}; "
        f"set {VARIABLE} to a free port from 1 to 65535, or to 0 for no worker metrics"
    )
