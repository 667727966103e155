"""What Headcount writes into messages, and what it makes of others'."""

from datetime import UTC, datetime, timedelta, timezone
from types import SimpleNamespace

import orjson
import pytest

from service.broker.delivery import deliveries
from service.broker.message import next_attempt, parse_eta, stamp, stamps

NOW = 1_000_000.0


def test_a_new_job_is_stamped_with_now():
    headers = {"id": "a"}
    assert stamp(headers, NOW) is None
    assert headers["headcount"] == {"enqueued_at": NOW, "first_due_at": NOW, "due_at": NOW}


def test_an_eta_ahead_becomes_the_due_time():
    eta = datetime.fromtimestamp(NOW + 60, UTC).isoformat()
    headers = {"id": "a", "eta": eta}
    assert stamp(headers, NOW) == NOW + 60
    assert headers["eta"] is None
    assert headers["headcount"]["first_due_at"] == headers["headcount"]["due_at"] == NOW + 60
    assert headers["headcount"]["enqueued_at"] == NOW


def test_an_eta_in_the_past_is_now_but_waited_since_then():
    headers = {"id": "a", "eta": datetime.fromtimestamp(NOW - 60, UTC)}
    assert stamp(headers, NOW) is None
    assert headers["headcount"]["due_at"] == NOW - 60


def test_first_times_and_the_rest_are_kept_over_attempts():
    first = {"enqueued_at": 1.0, "first_due_at": 2.0, "due_at": 3.0, "correlation_id": "c"}
    headers = {"id": "a", "headcount": first}
    stamp(headers, NOW)
    assert headers["headcount"] == {**first, "due_at": NOW}


@pytest.mark.parametrize(
    ("eta", "seconds"),
    [
        (None, None),
        ("1970-01-01T00:01:00", 60),
        ("1970-01-01T00:01:00+00:00", 60),
        ("1970-01-01T01:01:00+01:00", 60),
        (datetime(1970, 1, 1, 0, 1), 60),
        (datetime(1970, 1, 1, 1, 1, tzinfo=timezone(timedelta(hours=1))), 60),
    ],
)
def test_an_eta_without_a_zone_is_utc(eta, seconds):
    assert parse_eta(eta) == seconds


@pytest.mark.parametrize("headers", [{}, {"headcount": None}, {"headcount": "x"}])
def test_others_messages_carry_no_stamps(headers):
    assert stamps(headers) == {}


def test_the_next_attempt_is_the_same_job_with_one_more_retry():
    message = SimpleNamespace(
        headers={"id": "a", "retries": 1, "headcount": {"first_due_at": 1.0, "unique": ["k", 5]}},
        properties={"delivery_tag": "worker.1:low", "priority": 0},
        body=b"[[7], {}, {}]",
        content_encoding="utf-8",
        content_type="application/json",
    )
    after = orjson.loads(next_attempt(message, NOW + 5, NOW, "ValueError: boom"))
    assert (after["headers"]["id"], after["headers"]["retries"]) == ("a", 2)
    assert after["headers"]["headcount"] == {
        "first_due_at": 1.0,
        "unique": ["k", 5],
        "due_at": NOW + 5,
        "last_error": "ValueError: boom",
    }
    assert after["body"] == "[[7], {}, {}]"
    assert after["properties"]["delivery_tag"] == "a"
    assert message.headers["retries"] == 1


@pytest.mark.parametrize(("item", "delivery"), [(b"\n{}", 1), (b"\n {}", 2), (b"\n  {}", 3)])
def test_deliveries_are_counted_by_marks_before_the_message(item, delivery):
    assert deliveries(item) == delivery
    assert orjson.loads(item) == {}
