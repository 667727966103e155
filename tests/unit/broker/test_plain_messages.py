"""A message read in one go is the message that kombu would have made of it."""

import json

import pytest
from kombu.transport import virtual

from service.broker.channel import LeasedChannel
from service.broker.delivery import JobMessage, open_item
from service.broker.lease import Lease

BODY = json.dumps([[1, "ü"], {"big": 2**70}, {"chain": None}])


class Codec:
    """As much of a channel as reading a message takes."""

    decode_body = LeasedChannel.decode_body
    codecs = LeasedChannel.codecs


def item(body=BODY, **changes):
    properties = {"body_encoding": "utf-8", "delivery_info": {"routing_key": "low"}, "priority": 0}
    message = {
        "body": body,
        "content-type": "application/json",
        "content-encoding": "utf-8",
        "headers": {"id": "1", "task": "t"},
        "properties": properties,
    }
    return json.dumps({**message, **changes}).encode()


def opened(raw):
    return open_item(raw, Lease(lambda _end: None, "host-1.2:low", "low", 1))


def contents(message):
    names = ("body", "headers", "content_type", "content_encoding", "delivery_tag", "accept")
    info = {name: value for name, value in message.delivery_info.items() if name != "lease"}
    return [*(getattr(message, name) for name in names), info, message.errors, message._state]


def test_it_has_everything_that_kombu_gives_one():
    ours = JobMessage(opened(item()), Codec())

    assert contents(ours) == contents(virtual.Message(opened(item()), Codec()))


def test_its_arguments_are_those_of_kombu():
    ours = JobMessage(opened(item()), Codec())

    assert ours.payload == virtual.Message(opened(item()), Codec()).payload


@pytest.mark.parametrize("headers", [None, {}, {"id": "1", "compression": None}])
def test_headers_missing_or_empty_are_as_with_kombu(headers):
    ours = JobMessage(opened(item(headers=headers)), Codec())

    assert ours.headers == virtual.Message(opened(item(headers=headers)), Codec()).headers


@pytest.mark.parametrize("body", ["", "no json", BODY + " trailing", '{"__type__": "x"}'])
def test_a_body_that_is_not_just_json_is_left_to_kombu(body):
    ours = JobMessage(opened(item(body)), Codec())

    assert ours.body == body.encode()
    assert ours._decoded_cache is None


@pytest.mark.parametrize("name", ["error", "lease", "payload"])
def test_what_its_sender_writes_beside_its_parts_changes_nothing(name):
    ours = JobMessage(opened(item(**{name: {"odd": 1.5}})), Codec())

    assert contents(ours) == contents(JobMessage(opened(item()), Codec()))


def test_a_message_that_nobody_can_read_says_why():
    ours = JobMessage(opened(b'\n{"body": 1}'), Codec())

    assert [kind for kind, *_ in ours.errors] == [KeyError]
