"""The example's web application, run by uvicorn as its README says."""

import json
import subprocess
import sys
import urllib.error
import urllib.request
from pathlib import Path
from typing import NamedTuple

from drill.processes import environment
from tests.broker_process import free_port
from tests.waiting import wait_until

ROOT = Path(__file__).parents[3]
FACTORY = "examples.web_app.app:create_app"


class Answer(NamedTuple):
    status: int
    body: dict
    headers: dict


class WebServer:
    """Started with nothing of Headcount's set but where the broker is."""

    def __init__(self, broker_url, log):
        self.address = f"http://127.0.0.1:{(port := free_port())}"
        self._log = log
        environ = environment()
        if broker_url is not None:
            environ["CELERY_BROKER_URL"] = broker_url
        with log.open("wb") as out:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "uvicorn", "--factory", FACTORY, "--port", str(port)],
                stdout=out, stderr=subprocess.STDOUT, env=environ, cwd=ROOT,
            )  # fmt: skip

    def wait_until_ready(self):
        wait_until(lambda: "Uvicorn running" in self.text(), 20, f"not ready; its log: {self._log}")
        return self

    def text(self):
        return self._log.read_text()

    def post(self, path, request_id=None, timeout_seconds=20):
        headers = {"X-Request-ID": request_id} if request_id else {}
        request = urllib.request.Request(self.address + path, method="POST", headers=headers)
        try:
            with urllib.request.urlopen(request, timeout=timeout_seconds) as answer:
                return _answer(answer)
        except urllib.error.HTTPError as error:
            return _answer(error)

    def stop(self):
        self._process.terminate()
        self._process.wait(10)


def _answer(response):
    headers = {name.lower(): value for name, value in response.headers.items()}
    return Answer(response.status, json.loads(response.read()), headers)
