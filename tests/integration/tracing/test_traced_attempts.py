"""Every attempt that began is one span, whatever became of its process."""

import pytest
from opentelemetry import baggage, context

from service.telemetry.correlation import correlation
from tests import sample_jobs as jobs
from tests import traced_jobs
from tests.waiting import wait_until
from workers.process_app import process_app

KINDS = (
    jobs.Note, jobs.LowNote, jobs.Fail, jobs.FailAlways, jobs.FailUnpicklablyAlways, jobs.RejectIt,
    jobs.IgnoreIt, jobs.SoftLimit, jobs.HardLimit, jobs.HardLimitAlways, jobs.KillSelf,
    jobs.KillSelfAlways, jobs.Exit, jobs.OutOfMemoryAlways, jobs.Unserialisable,
)  # fmt: skip

NO_ERROR = ("succeeded", "rejected")


def test_an_attempt_is_the_child_of_the_span_that_sent_it(worker, collector):
    with correlation("order-7"):
        job = jobs.CriticalNote.perform_async("x")
    [attempt] = collector.attempts(job.id, 1)
    [sent] = wait_until(lambda: collector.spans("send critical", job.id), 10)
    assert (attempt.name, attempt.kind) == ("process critical", "CONSUMER")
    assert (attempt.trace_id, attempt.parent_id) == sent.address
    assert attempt.attributes == {
        "messaging.system": "headcount",
        "messaging.operation.name": "process",
        "messaging.operation.type": "process",
        "messaging.destination.name": "critical",
        "messaging.message.id": job.id,
        "messaging.message.conversation_id": "order-7",
        "headcount.task": jobs.CriticalNote.name,
        "headcount.attempt": 1,
        "headcount.redelivered": False,
        "headcount.outcome": "succeeded",
    }


def test_spans_and_canonical_lines_say_the_same_of_every_attempt(worker, collector, broker):
    for kind in KINDS:  # one by one: who is killed takes along what was not exported yet
        job = kind.perform_async()
        wait_until(lambda: not broker.pending(), 15)
        lines = worker.attempts(job.id)
        spans = collector.attempts(job.id, len(lines))
        for line, span in zip(lines, spans, strict=True):
            assert span.address == (line["trace_id"], line["span_id"])
            assert (span.attempt, span.outcome) == (line["attempt"], line["outcome"])
            assert span.seconds == pytest.approx(line["duration_seconds"], abs=0.5)
            error = None if line["outcome"] in NO_ERROR else line["error_type"]
            assert span.attributes.get("error.type") == error
            assert span.status[0] == (2 if error else 0)
            assert [name for name, _ in span.events] == (["exception"] if error else [])


def test_each_attempt_is_linked_to_the_one_before_it(worker, collector):
    job = jobs.FailAlways.perform_async()
    first, second, third = collector.attempts(job.id, 3)
    assert (first.links, second.links, third.links) == ([], [first.address], [second.address])
    assert {span.parent_id for span in (first, second, third)} == {first.parent_id}
    [(_, error)] = first.events
    assert error["exception.type"] == "ValueError"
    assert 'raise ValueError("never")' in error["exception.stacktrace"]


def test_an_attempt_whose_process_was_killed_is_told_of_by_its_worker(worker, collector):
    job = jobs.KillSelfOnce.perform_async("x")
    killed, second = collector.attempts(job.id, 2)
    assert killed.attributes["headcount.told_by"] == "parent"
    assert (killed.outcome, killed.attributes["error.type"]) == ("retried", "WorkerLostError")
    assert (second.links, second.outcome) == ([killed.address], "succeeded")


def test_a_retry_with_other_arguments_is_sent_and_linked(worker, collector):
    job = process_app().send_task(traced_jobs.change.name, (1,))
    first, second = collector.attempts(job.id, 2)
    wait_until(lambda: len(collector.spans("send default", job.id)) == 2, 10)
    [again] = [span for span in collector.spans("send default", job.id) if span.parent_id]
    assert (again.trace_id, again.parent_id) == first.address
    assert (second.trace_id, second.parent_id) == again.address
    assert second.links == [first.address]


def test_what_a_job_does_is_part_of_its_trace(worker, collector):
    token = context.attach(baggage.set_baggage("customer", "Ada"))
    job = traced_jobs.Ship.perform_async()
    context.detach(token)
    [attempt] = collector.attempts(job.id, 1)
    assert attempt.attributes["parcels"] == 2
    spans = wait_until(lambda: of_trace(collector, attempt.trace_id, 5), 10)
    parents = {span.name: span.parent_id for span in spans if span.parent_id}
    assert parents["weigh"] == attempt.span_id
    enqueued = next(one for one in spans if one.attributes.get("headcount.task") == jobs.Note.name)
    assert enqueued.trace_id == attempt.trace_id
    [line] = worker.lines("weighed for Ada")
    assert (line["trace_id"], line["span_id"]) == attempt.address


def of_trace(collector, trace_id, number):
    found = [span for span in collector.spans() if span.trace_id == trace_id]
    return found if len(found) == number else []


def test_a_job_that_nobody_traced_begins_a_trace(
    worker, collector, monkeypatch, enqueue_on, broker
):
    monkeypatch.setenv("OTEL_SDK_DISABLED", "true")
    enqueue_on(broker)
    job = jobs.FailTwice.perform_async("x")
    attempts = collector.attempts(job.id, 3)
    assert [span.parent_id for span in attempts] == ["", "", ""]
    assert attempts[1].links == [attempts[0].address]
    assert collector.spans("send default") == []
