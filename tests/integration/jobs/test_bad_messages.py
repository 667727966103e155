"""Messages nobody can run, pushed by hand: to the dead set, never lost, never in the way."""

import json

import pytest

from tests import sample_jobs as jobs
from tests.integration.jobs.messages_by_hand import HEADERS, PROPERTIES, message
from tests.waiting import wait_until
from workers.process_app import process_app

BAD = {
    "garbage": b"\x00\xff not json \xfe",
    "nothing": b"",
    "blanks": b" \n ",
    "a number": b"42",
    "null": b"null",
    "a list": b"[1, 2]",
    "an object of nothing": b"{}",
    "properties missing": message(properties=None),
    "properties of text": message(properties="text"),
    "delivery info missing": message(properties={}),
    "delivery info of text": message(properties={"delivery_info": "text"}),
    "a body missing": message(body=None),
    "a body of a number": message(body=7),
    "a body that is no base64": message(
        body="%%%", properties=PROPERTIES | {"body_encoding": "base64"}
    ),
    "an unheard-of body encoding": message(properties=PROPERTIES | {"body_encoding": "rot13"}),
    "a body that is no JSON": message(body="{not json"),
    "pickle": message(
        content_type="application/x-python-serialize",
        body="gAROLg==",
        properties=PROPERTIES | {"body_encoding": "base64"},
    ),
    "an unheard-of content type": message(content_type="application/x-nothing"),
    "no content type": message(content_type=None),
    "an unheard-of content encoding": message(content_encoding="klingon"),
    "arguments that are no list": message(body=json.dumps(["text", {}, {}])),
    "keyword arguments that are no object": message(body=json.dumps([[], "text", {}])),
    "arguments that are a number": message(body=json.dumps([7, {}, {}])),
    "a body of two": message(body=json.dumps([[], {}])),
    "a body that is null": message(body="null"),
    "headers missing": message(headers=None),
    "headers of text": message(headers="text"),
    "headers of nothing": message(headers={}),
    "no id": message(headers={"task": jobs.Note.name}),
    "an id that is a list": message(headers=HEADERS | {"id": ["x"]}),
    "a task that is a list": message(headers=HEADERS | {"task": ["x"]}),
    "a task that is null": message(headers=HEADERS | {"task": None}),
    "retries of text": message(headers=HEADERS | {"retries": "many"}),
    "an expiry of text": message(headers=HEADERS | {"expires": "some day"}),
    "an eta of text": message(headers=HEADERS | {"eta": "some day"}),
    "time limits of text": message(headers=HEADERS | {"timelimit": "soon"}),
    "time limits in a list of text": message(headers=HEADERS | {"timelimit": ["soon", "later"]}),
    "stamps of text": message(headers=HEADERS | {"headcount": "text"}),
    "stamps of nonsense": message(
        headers=HEADERS | {"headcount": {"due_at": "noon", "unique": 7, "first_due_at": []}}
    ),
}


@pytest.mark.parametrize("kind", BAD)
def test_a_bad_message_is_dead_or_run_but_never_lost(account, kind):
    account.broker.push("default", BAD[kind])
    account.settle(1)
    assert account.processed().total() == 1
    [state] = account.ledger("default").keys() - {"enqueued"}
    assert account.ledger("default") == {"enqueued": 1, state: 1}
    assert state in ("dead", "succeeded")
    assert account.broker.drifts() == {}
    assert not account.worker.ended
    if state == "dead":
        newest = account.broker.dead_jobs()[0]
        assert newest.queue == "default"
        assert newest.error
        kept = account.broker.client.hget("headcount:dead:messages", newest.id)
        assert kept.lstrip() == as_bytes(BAD[kind]).lstrip()


def test_a_job_of_an_unknown_task_is_dead_and_named(account):
    job = process_app().send_task("shop.NoSuchTask", ("secret",))
    account.shows(
        job.id, "unknown", task="_other", error_type="NotRegistered",
        error="no task is called 'shop.NoSuchTask'",
    )  # fmt: skip
    assert account.dead(job.id).task == "shop.NoSuchTask"


def test_the_worker_goes_on_among_bad_messages(account, module_notes):
    for bad in BAD.values():
        account.broker.push("default", bad)
    job = jobs.Note.perform_async("among the bad")
    wait_until(lambda: "among the bad" in module_notes, 20)
    account.settle(len(BAD) + 1)
    assert account.processed().total() == len(BAD) + 1
    assert account.worker.outcomes(job.id) == ["succeeded"]
    assert account.broker.drifts() == {}


def as_bytes(text):
    return text if isinstance(text, bytes) else text.encode()
