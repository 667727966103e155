"""What others wrote into a message's headers cannot break a job's span."""

import pytest
from opentelemetry import trace

from service.telemetry.traced import trace_fields
from workers.tracing.carrying import last_attempt, sender, trace_id_of
from workers.tracing.chosen_ids import ChosenIds, chosen

TRACE, SPAN = "a" * 32, "b" * 16


def test_trace_context_is_taken_from_headers():
    assert trace_id_of(sender({"traceparent": f"00-{TRACE}-{SPAN}-01"})) == int(TRACE, 16)


@pytest.mark.parametrize(
    "wrong", [None, 7, ["x"], {"a": 1}, "", "garbage", f"00-{'0' * 32}-{SPAN}-01"]
)
def test_anything_else_is_no_context(wrong):
    context = sender({"traceparent": wrong, "tracestate": wrong, "baggage": wrong})
    assert trace_id_of(context) == 0


def test_the_context_around_a_worker_is_not_the_sender_s():
    outer = trace.SpanContext(1, 2, is_remote=False)
    with trace.use_span(trace.NonRecordingSpan(outer)):
        assert trace_id_of(sender({})) == 0


def test_the_attempt_before_is_linked_to_by_its_name():
    [link] = last_attempt({"headcount": {"last_span": f"{TRACE}-{SPAN}"}})
    assert (link.context.trace_id, link.context.span_id) == (int(TRACE, 16), int(SPAN, 16))


@pytest.mark.parametrize("wrong", [None, 7, "", "x", "x-y", "0-0", f"{TRACE}-", {"a": 1}])
def test_without_a_sound_name_there_is_no_link(wrong):
    assert last_attempt({"headcount": {"last_span": wrong}}) == []
    assert last_attempt({}) == []


def test_only_the_chosen_span_has_the_chosen_ids():
    ids = ChosenIds()
    with chosen(f"{TRACE}-{SPAN}"):
        assert (ids.generate_trace_id(), ids.generate_span_id()) == (int(TRACE, 16), int(SPAN, 16))
    assert ids.generate_span_id() != int(SPAN, 16)
    assert ids.generate_trace_id() != int(TRACE, 16)


def test_a_span_s_name_is_shown_as_two_fields():
    assert trace_fields(f"{TRACE}-{SPAN}") == {"trace_id": TRACE, "span_id": SPAN}
    assert trace_fields(None) == {}
