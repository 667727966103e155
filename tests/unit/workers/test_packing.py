"""What a child is given of a job."""

import math
from datetime import UTC, datetime

import pytest

from workers import packing

REQUEST = {
    "id": "1",
    "task": "t",
    "retries": 0,
    "timelimit": [None, 2.5],
    "headcount": {"due_at": 1795392001.809476, "unique": ["key", 60]},
    "delivery_info": {"routing_key": "low", "redelivered": False, "lease_tag": "host-1.2:low"},
    "args": [math.nan, 2**70],
    "kwargs": {"at": datetime(2026, 1, 1, tzinfo=UTC)},
}
HEADERS = {name: value for name, value in REQUEST.items() if name not in ("args", "kwargs")}


@pytest.fixture
def traced(monkeypatch):
    """Return what ``trace_packed`` hands to Celery's tracer."""
    calls = []
    monkeypatch.setattr(packing, "fast_trace_task", lambda *given: calls.append(given))
    return calls


def test_a_child_gets_every_header_as_it_was(traced):
    packing.trace_packed("t", "1", packing.pack(REQUEST), [[], {}, {}])

    assert traced == [("t", "1", HEADERS, [[], {}, {}], None, None)]


def test_the_parent_keeps_its_request_whole():
    before = dict(REQUEST)

    packing.pack(REQUEST)

    assert before == REQUEST


@pytest.mark.parametrize("odd", [{1: "no text"}, 2**70, "\ud800", object])
def test_headers_that_are_no_json_arrive_all_the_same(traced, odd):
    packing.trace_packed("t", "1", packing.pack({**REQUEST, "mine": odd}), [[], {}, {}])

    assert traced[0][2] == {**HEADERS, "mine": odd}
