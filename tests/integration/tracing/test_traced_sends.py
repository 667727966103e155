"""However a job is enqueued, its message carries the span that sent it."""

import json
import os
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta

import pytest

from tests import sample_jobs as jobs
from tests.headcount_process import ROOT
from tests.waiting import wait_until
from workers.process_app import process_app

pytestmark = pytest.mark.usefixtures("traces_here")

WAYS = {
    "now": jobs.CriticalNote.perform_async,
    "in a while": lambda: jobs.CriticalNote.perform_in(60),
    "at a time": lambda: jobs.CriticalNote.perform_at(datetime.now(UTC) + timedelta(hours=1)),
    "unique": lambda: jobs.OnlyOne.perform_async("x"),
    "by name": lambda: process_app().send_task(jobs.CriticalNote.name),
}

PLAIN_WAYS = {
    "delay": "plain_note.delay('x').id",
    "apply_async": "plain_note.apply_async(('x',), countdown=60).id",
    "group": "group(plain_note.s('x'))()[0].id",
    "chain": "chain(plain_note.s('x'), plain_note.si('y'))().parent.id",
}

SHOP = """
import sys
from opentelemetry import trace
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from tests.sample_jobs import Note

provider = TracerProvider(resource=Resource.create({"service.name": "shop"}))
provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
trace.set_tracer_provider(provider)
with trace.get_tracer("shop").start_as_current_span("POST /orders"):
    Note.perform_async()
"""

ENQUEUE = [sys.executable, "-m", "service", "enqueue", jobs.Note.name]


def waiting_messages(broker, queue):
    scheduled = broker.client.zrange(f"headcount:scheduled:{queue}", 0, -1)
    return [json.loads(item) for item in [*broker.client.lrange(queue, 0, -1), *scheduled]]


@pytest.mark.parametrize("way", WAYS)
def test_a_job_s_message_carries_the_span_that_sent_it(broker, collector, way):
    carries_its_span(broker, collector, WAYS[way]().id)


@pytest.mark.parametrize("way", PLAIN_WAYS)
def test_a_plain_task_s_message_carries_it_too(broker, collector, way):
    program = f"""if True:
        from celery import chain, group
        from tests.sample_jobs import plain_note
        print({PLAIN_WAYS[way]})"""
    carries_its_span(broker, collector, run([sys.executable, "-c", program]))


def carries_its_span(broker, collector, job_id):
    [span] = wait_until(lambda: collector.spans(job_id=job_id), 10)
    queue = "critical" if "Critical" in span.attributes["headcount.task"] else "default"
    assert (span.name, span.kind) == (f"send {queue}", "PRODUCER")
    assert (
        span.attributes.items()
        >= {
            "messaging.system": "headcount",
            "messaging.operation.name": "send",
            "messaging.operation.type": "send",
            "messaging.destination.name": queue,
        }.items()
    )
    [message] = waiting_messages(broker, queue)
    assert message["headers"]["id"] == job_id
    assert message["headers"]["traceparent"] == f"00-{span.trace_id}-{span.span_id}-03"


def test_many_jobs_are_sent_by_one_span(broker, collector):
    jobs.Note.perform_bulk([("one",), ("two",), ("three",)])
    [span] = wait_until(lambda: collector.spans("send default"), 10)
    assert span.attributes["messaging.batch.message_count"] == 3
    parents = [one["headers"]["traceparent"] for one in waiting_messages(broker, "default")]
    assert [parent.split("-")[2] for parent in parents] == [span.span_id] * 3


def test_traced_jobs_go_past_celery_as_untraced_ones_do():
    assert process_app().tracing is not None
    assert process_app().publishes_directly()


def test_a_job_that_the_broker_refuses_is_an_error_in_its_span(broker, collector):
    broker.client.config_set("maxmemory", 1)
    try:
        with pytest.raises(Exception, match="was not enqueued"):
            jobs.Note.perform_async()
    finally:
        broker.client.config_set("maxmemory", 0)
    [span] = wait_until(lambda: collector.spans("send default"), 10)
    assert span.status[0] == 2
    assert span.attributes["error.type"] == "OutOfMemoryError"


def test_a_unique_job_that_is_pending_is_sent_by_no_error(collector):
    first, second = (jobs.OnlyOne.perform_async("x") for _ in range(2))
    assert first.id == second.id
    spans = wait_until(lambda: len(collector.spans()) == 2 and collector.spans(), 10)
    assert [span.status[0] for span in spans] == [0, 0]
    assert [span.attributes.get("headcount.enqueued") for span in spans] == [None, False]


def test_an_application_s_own_spans_and_provider_are_taken_up(collector):
    run([sys.executable, "-c", SHOP])
    sent, request = sorted(collector.spans(), key=lambda span: span.name, reverse=True)
    assert (sent.name, request.name) == ("send default", "POST /orders")
    assert (sent.trace_id, sent.parent_id) == request.address
    assert sent.resource["service.name"] == "shop"


def test_a_program_that_ends_at_once_has_exported_its_span(collector):
    job_id = run(ENQUEUE)
    [span] = collector.spans(job_id=job_id)
    assert span.resource["service.name"] == "headcount"


def test_a_program_ends_though_its_collector_is_silent(collector):
    collector.silence()
    began = time.monotonic()
    assert run(ENQUEUE)
    assert time.monotonic() - began < 8  # the SDK by itself would wait for 30 s


def run(command):
    environ = {**os.environ, "HEADCOUNT_WORKERS": "tests.sample_jobs", "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        command, cwd=ROOT, env=environ, capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()
