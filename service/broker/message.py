"""What a job's message looks like on the wire, and what Headcount writes into it.

A message is kombu's JSON: body, content type and encoding, properties, headers. Celery's own
headers (id, task, retries, ...) are left as they are; ours are one object under ``headcount``,
which Celery carries along with retries:

=================== ==================================================================
``enqueued_at``     first enqueue, Unix seconds; kept over all attempts
``first_due_at``    when the first attempt was due; kept over all attempts
``due_at``          when this attempt is due, Unix seconds
``correlation_id``  given by the enqueuer, else the first job's id; children inherit it
``last_error``      what ended the attempt before this one; absent in the first
``last_span``       ``trace id-span id`` of that attempt; absent where jobs are not traced
``unique``          uniqueness: [key, milliseconds]; absent for most jobs
``continues``       tag of the lease this message continues; never stored
=================== ==================================================================
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import orjson
from kombu.utils.json import dumps

HEADER = "headcount"


def headers_of(item: bytes) -> dict[str, Any]:
    """Return the headers of a message as it lies in the broker; empty where nobody can tell."""
    try:
        headers = orjson.loads(item)["headers"]
    except (ValueError, LookupError, TypeError):
        return {}
    return headers if isinstance(headers, dict) else {}


def stamps(headers: Mapping[str, Any]) -> dict[str, Any]:
    """Return what Headcount wrote into a message's headers; empty for others' messages."""
    found = headers.get(HEADER)
    return found if isinstance(found, dict) else {}


def stamp(headers: dict[str, Any], now: float) -> float | None:
    """Stamp a job's headers as it is enqueued; return when it is due, None for at once.

    Celery's ``eta`` becomes our due time: the job waits in the broker, never in a worker.
    """
    eta = parse_eta(headers.get("eta"))
    due = eta if eta is not None and eta > now else None
    ours = {**stamps(headers), "due_at": eta if eta is not None else now}
    ours.setdefault("enqueued_at", now)
    ours.setdefault("first_due_at", ours["due_at"])
    headers[HEADER], headers["eta"] = ours, None
    return due


def first_stamps(now: float, due_at: float | None, correlation_id: str) -> dict[str, Any]:
    """Return the stamps of a new job's message; ``due_at``: Unix seconds, None for at once."""
    due = due_at or now
    return {
        "enqueued_at": now,
        "first_due_at": due,
        "due_at": due,
        "correlation_id": correlation_id,
    }


def parse_eta(eta: str | datetime | None) -> float | None:
    """Return Celery's ``eta`` header as Unix seconds; without a zone it is UTC."""
    if eta is None:
        return None
    when = datetime.fromisoformat(eta) if isinstance(eta, str) else eta
    return (when if when.tzinfo else when.replace(tzinfo=UTC)).timestamp()


def next_attempt(
    message: Any,
    due_at: float | None,
    now: float,
    last_error: str = "",
    last_span: str | None = None,
) -> str:
    """Return a leased message's next attempt, as JSON: same id, one more retry.

    ``message``: kombu's message of the attempt that ended. ``due_at``: Unix seconds, None for
    at once. ``last_error``: what ended that attempt, for people. ``last_span``: names its span.
    """
    headers = dict(message.headers)
    headers["retries"] = (headers.get("retries") or 0) + 1
    headers[HEADER] = {**stamps(headers), "due_at": due_at or now, "last_error": last_error}
    if last_span is not None:
        headers[HEADER]["last_span"] = last_span
    return same_message(message, headers)


def same_message(message: Any, headers: Mapping[str, Any]) -> str:
    """Return a leased message, as kombu read it, with other headers, as JSON."""
    body = message.body
    return as_json(
        body.decode() if isinstance(body, bytes) else body,
        (message.content_type, message.content_encoding),
        headers,
        message.properties,
    )


def as_json(
    body: str, content: tuple[str, str], headers: Mapping[str, Any], properties: Mapping[str, Any]
) -> str:
    """Return a message as kombu writes it; ``content``: type and encoding of the body."""
    return str(dumps(envelope(body, content, headers, properties)))


def envelope(
    body: str, content: tuple[str, str], headers: Mapping[str, Any], properties: Mapping[str, Any]
) -> dict[str, Any]:
    """Return a message with all its parts, as kombu lays them out."""
    return {
        "body": body,
        "content-encoding": content[1],
        "content-type": content[0],
        "headers": headers,
        "properties": {**properties, "delivery_tag": headers["id"], "body_encoding": "utf-8"},
    }
