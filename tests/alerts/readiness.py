"""Whether a program of Prometheus's is ready; while it starts it answers 503."""

import urllib.request


def is_ready(address):
    try:
        with urllib.request.urlopen(f"{address}/-/ready", timeout=2) as answer:
            return bool(answer.status)
    except OSError:
        return False
