"""What is refused of a message, and that its reason quotes nothing of it."""

import base64
import bz2
import json
import lzma
import zlib

import pytest

from service.broker.compressed import opened
from service.broker.delivery import JobMessage, open_item
from service.broker.lease import Lease
from service.broker.publishing import Publication, publish, publish_many
from service.broker.revival import revive
from service.broker.soundness import (
    DEEPEST,
    LARGEST_BYTES,
    UnsoundError,
    check_body,
    check_headers,
    sound,
)
from service.errors import EnqueueError

SECRET = "hunter2"
HEADERS = {
    "id": "1", "task": "shop.Send", "retries": 2, "timelimit": [60, None],
    "headcount": {
        "enqueued_at": 1.7e9, "due_at": 1.7e9, "correlation_id": "1",
        "unique": ["headcount:unique:shop.Send:ab", 1000],
    },
}  # fmt: skip


def stamped(**stamps):
    return HEADERS | {"headcount": HEADERS["headcount"] | stamps}


UNSOUND = {
    "no id": HEADERS | {"id": None},
    "an empty id": HEADERS | {"id": ""},
    "an endless id": HEADERS | {"id": SECRET * 1000},
    "a task that is a list": HEADERS | {"task": [SECRET]},
    "retries of text": HEADERS | {"retries": SECRET},
    "retries below 0": HEADERS | {"retries": -1},
    "more retries than a number has bits for": HEADERS | {"retries": 2**64 - 1},
    "one time limit": HEADERS | {"timelimit": [1]},
    "time limits of text": HEADERS | {"timelimit": [SECRET, SECRET]},
    "a time limit before the start": HEADERS | {"timelimit": [-1, None]},
    "an endless time limit": HEADERS | {"timelimit": [1e308, None]},
    "a root that is a list": HEADERS | {"root_id": [SECRET]},
    "a parent that is a list": HEADERS | {"parent_id": [SECRET]},
    "stamps of text": HEADERS | {"headcount": SECRET},
    "a due time of text": stamped(due_at=SECRET),
    "a due time that is no date": stamped(due_at=-1e308),
    "an enqueue time that is no date": stamped(enqueued_at=2**63),
    "an endless correlation id": stamped(correlation_id=SECRET * 1000),
    "a uniqueness that is another's key": stamped(unique=["headcount:ledger", 1]),
    "a uniqueness for True": stamped(unique=["headcount:unique:a:b", True]),
    "a uniqueness for ever": stamped(unique=["headcount:unique:a:b", 2**70]),
    "a uniqueness without its time": stamped(unique=["headcount:unique:a:b"]),
}


@pytest.mark.parametrize("headers", UNSOUND.values(), ids=UNSOUND.keys())
def test_unsound_headers_are_refused_with_a_reason_that_quotes_nothing(headers):
    with pytest.raises(UnsoundError, match="its header ") as refused:
        check_headers(headers)
    assert SECRET not in str(refused.value)
    assert sound(headers) == {}


@pytest.mark.parametrize(
    "headers", [HEADERS, {"id": "1", "task": "t"}, stamped(due_at=-1e9), stamped(unique=None)]
)
def test_sound_headers_are_believed(headers):
    check_headers(headers)
    assert sound(headers) is headers


def within(depth):
    return "[" * depth + "]" * depth


NO_BODIES = (
    "7", "[]", "[[], {}]", "[7, {}, {}]", "[[], [], {}]", '"abc"', "[[], {}, 7]",
    '[[], {}, {"errbacks": "many letters"}]', '[[], {}, {"callbacks": ["a name"]}]',
    '[[], {}, {"chord": 7}]',
)  # fmt: skip


@pytest.mark.parametrize("body", NO_BODIES)
def test_a_body_no_task_can_be_called_with_is_refused(body):
    with pytest.raises(UnsoundError, match="its body"):
        check_body(body.encode(), json.loads(body))


@pytest.mark.parametrize("canvas", [None, {}, {"chain": [{"task": "t"}], "chord": {"task": "t"}}])
def test_a_body_with_a_canvas_or_without_is_fine(canvas):
    body = [[1], {"a": 2}, canvas]
    check_body(json.dumps(body).encode(), body)


def test_a_body_may_be_deep_but_not_deeper_than_everyone_can_handle():
    fits, too_deep = (f"[{within(n)}, {{}}, {{}}]" for n in (DEEPEST - 1, DEEPEST))
    check_body(fits.encode(), json.loads(fits))
    with pytest.raises(UnsoundError, match="deep"):
        check_body(too_deep.encode(), json.loads(too_deep))


def test_a_body_of_many_shallow_lists_is_fine():
    many = json.dumps([[[1]] * 10_000, {}, {}])
    check_body(many.encode(), json.loads(many))


COMPRESSORS = {
    "application/x-gzip": zlib.compress,
    "application/x-bz2": bz2.compress,
    "application/x-lzma": lzma.compress,
}


def payload(data, compression):
    return {
        "body": base64.b64encode(data).decode(),
        "headers": {"id": "1", "compression": compression},
        "properties": {"body_encoding": "base64"},
    }


@pytest.mark.parametrize(("kind", "compress"), COMPRESSORS.items(), ids=COMPRESSORS)
def test_a_compressed_body_is_opened_unless_it_grows_too_large(kind, compress):
    raw = opened(payload(compress(b"[[], {}, {}]"), kind))
    assert (raw["body"], raw["headers"]) == ("[[], {}, {}]", {"id": "1"})
    assert raw["properties"]["body_encoding"] == "utf-8"
    with pytest.raises(UnsoundError, match="more than"):
        opened(payload(compress(bytes(LARGEST_BYTES + 1)), kind))
    with pytest.raises(UnsoundError, match="cannot be decompressed"):
        opened(payload(b"not compressed at all", kind))


@pytest.mark.parametrize("kind", ["application/x-zstd", SECRET, 7, ["x"]])
def test_what_is_compressed_in_another_way_is_refused(kind):
    with pytest.raises(UnsoundError, match="unknown way") as refused:
        opened(payload(b"", kind))
    assert SECRET not in str(refused.value)


def lease():
    return Lease(lambda _end: None, "host-1.2:low", "low", 1)


@pytest.mark.parametrize(
    ("item", "reason"),
    [
        (b" " * (2 * LARGEST_BYTES + 1), "bytes; allowed"),
        (b'{"headers": ' + within(DEEPEST + 1).encode() + b"}", "nested"),
    ],
)
def test_what_is_too_large_or_too_deep_is_not_read(item, reason):
    message = JobMessage(open_item(item, lease()))
    assert reason in str(message.errors[0][1])


@pytest.mark.parametrize("depth", [2_000, 300_000])
def test_a_body_that_python_cannot_read_is_an_error_of_its_message(depth):
    properties = {"delivery_info": {}, "body_encoding": "utf-8"}
    whole = {"body": within(depth), "headers": {}, "properties": properties,
             "content-type": "application/json"}  # fmt: skip
    message = JobMessage(open_item(json.dumps(whole).encode(), lease()))
    assert message.errors


def test_a_dead_message_too_deep_to_be_written_again_goes_back_byte_for_byte():
    item = json.dumps({"headers": HEADERS}).encode()[:-1] + b', "x": ' + within(300).encode() + b"}"
    assert revive(b"\n" + item).message == item


LARGE = b"x" * (LARGEST_BYTES + 1)


@pytest.mark.parametrize(
    "enqueue",
    [
        lambda nobody: publish(nobody, Publication("low", LARGE, "1")),
        lambda nobody: publish_many(nobody, "low", [b"{}", LARGE]),
    ],
    ids=["one", "many"],
)
def test_a_message_that_workers_would_not_read_is_refused_when_it_is_enqueued(enqueue):
    with pytest.raises(EnqueueError, match="allowed: 16777216"):
        enqueue(None)  # nothing is sent
