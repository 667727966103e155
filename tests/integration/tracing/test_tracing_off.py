"""Where tracing is off nothing is paid for it; where it cannot be on, somebody is told."""

import json
import os
import subprocess
import sys

import pytest

from tests import sample_jobs as jobs
from tests.headcount_process import ROOT
from tests.waiting import wait_until

LOADED = """
import json, sys
OURS = ("workers.tracing", "opentelemetry.exporter")  # redis-py loads the SDK where it finds it
from tests.sample_jobs import Note
Note.perform_async()
print(json.dumps(sorted(name for name in sys.modules if name.startswith(OURS))))
"""

ENDPOINT = {"OTEL_EXPORTER_OTLP_ENDPOINT": "http://user:secret@collector:4318"}


@pytest.fixture
def without_extra(tmp_path):
    """What PYTHONPATH has to be for the extra not to be found."""
    (tmp_path / "opentelemetry").mkdir()
    (tmp_path / "opentelemetry" / "__init__.py").touch()
    return f"{tmp_path}{os.pathsep}{ROOT}"


def test_a_program_that_only_enqueues_loads_nothing_of_it(broker):
    done = run([sys.executable, "-c", LOADED], broker)
    assert json.loads(done.stdout) == []


def test_a_worker_without_an_endpoint_says_nothing_of_traces(broker, start, enqueues_here):
    worker = start("worker", broker_url=broker.url)
    job = jobs.FailTwice.perform_async("x")
    wait_until(lambda: len(worker.attempts(job.id)) == 3, 10)
    assert not [line for line in worker.lines() if "trac" in line["event"] or "trace_id" in line]
    assert worker.stop() == 0


def test_a_worker_without_the_extra_says_once_what_to_install(
    broker, start, enqueues_here, without_extra
):
    worker = start("worker", broker_url=broker.url, PYTHONPATH=without_extra, **ENDPOINT)
    job = jobs.Note.perform_async("x")
    wait_until(lambda: worker.attempts(job.id), 10)
    [line] = [line for line in worker.lines() if "not traced" in line["event"]]
    assert line["level"] == "warning"
    assert "pip install 'headcount[otel]'" in line["event"]
    assert "secret" not in worker.text()
    assert worker.attempts(job.id)[0]["outcome"] == "succeeded"


def test_check_says_whether_jobs_are_traced(broker, without_extra):
    check = [sys.executable, "-m", "service", "check"]
    assert "tracing" not in run(check, broker).stdout
    assert (
        "ok       tracing: spans of jobs go to collector:4318"
        in run(check, broker, **ENDPOINT).stdout
    )
    done = run(check, broker, PYTHONPATH=without_extra, **ENDPOINT)
    assert "problem  tracing: an OTLP endpoint is set (collector:4318)" in done.stdout
    assert "pip install 'headcount[otel]'" in done.stdout
    assert done.returncode == 1


def run(command, broker, **variables):
    environ = {
        **os.environ, "CELERY_BROKER_URL": broker.url, "PYTHONPATH": str(ROOT), **variables,
    }  # fmt: skip
    return subprocess.run(
        command, cwd=ROOT, env=environ, capture_output=True, text=True, timeout=60, check=False
    )
