"""One of worker, beat, flower, sidecar: listens where it should, ends when it is told."""

import os
import signal
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

VARIABLES = {
    "worker": "HEADCOUNT_METRICS_PORT",
    "flower": "HEADCOUNT_FLOWER_PORT",
    "sidecar": "HEADCOUNT_HTTP_PORT",
}


class OneMetric(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/plain; version=0.0.4")
        self.end_headers()
        self.wfile.write(b"stub_up 1\n")

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


def main(name: str) -> None:
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    print(f"{name} runs")
    if name in VARIABLES:
        port = int(os.environ[VARIABLES[name]])
        ThreadingHTTPServer(("127.0.0.1", port), OneMetric).serve_forever()
    signal.pause()


main(sys.argv[1])
