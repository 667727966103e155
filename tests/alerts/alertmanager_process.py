"""A real Alertmanager on a port of its own, with the project's configuration."""

import json
import subprocess
import urllib.request
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

from drill.programs import answers
from tests.broker_process import free_port
from tests.waiting import wait_until


@contextmanager
def running_alertmanager(program, configuration, directory):
    """Run one until the block ends; yield it as soon as it answers."""
    port = free_port()
    command = [
        program,
        f"--config.file={configuration}",
        f"--storage.path={directory}",
        f"--web.listen-address=127.0.0.1:{port}",
        "--cluster.listen-address=",
        "--log.level=warn",
    ]
    process = subprocess.Popen(command)
    try:
        address = f"http://127.0.0.1:{port}"
        wait_until(lambda: answers(f"{address}/-/ready"), 20, "Alertmanager does not answer")
        yield Alertmanager(address)
    finally:
        process.kill()
        process.wait(10)


class Alertmanager:
    """Takes alerts as Prometheus sends them, and says which of them it would tell somebody."""

    def __init__(self, address):
        self._alerts = f"{address}/api/v2/alerts"

    def tell(self, alerts):
        """Send alerts, which are their labels, as firing for an hour."""
        until = (datetime.now(UTC) + timedelta(hours=1)).isoformat()
        body = json.dumps([{"labels": labels, "endsAt": until} for labels in alerts]).encode()
        headers = {"Content-Type": "application/json"}
        urllib.request.urlopen(urllib.request.Request(self._alerts, body, headers), timeout=10)

    def active(self, namespace):
        """The labels of those that nothing inhibits."""
        with urllib.request.urlopen(self._alerts, timeout=10) as answer:
            alerts = json.load(answer)
        mine = [alert for alert in alerts if alert["labels"]["namespace"] == namespace]
        return [alert["labels"] for alert in mine if not alert["status"]["inhibitedBy"]]
