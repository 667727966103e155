"""The pipes between a worker and its children."""

import os
import pickle
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workers.pipes import CHUNK, Pipe


@pytest.fixture
def pipe():
    pipe = Pipe(rnonblock=True)
    yield pipe
    pipe.close()


def framed(message):
    body = pickle.dumps(message)
    return struct.pack("!i", len(body)) + body


def test_what_is_put_in_arrives_in_order(pipe):
    for message in ("first", ("second", [1, 2]), None):
        pipe.put(message)

    assert pipe.arrived() == ["first", ("second", [1, 2]), None]


def test_nothing_that_has_come_is_said_so_without_waiting(pipe):
    with pytest.raises(BlockingIOError):
        pipe.arrived()


def test_nobody_writing_any_more_is_said_so(pipe):
    pipe._writer.close()

    with pytest.raises(EOFError):
        pipe.arrived()


def test_a_child_takes_one_message_and_leaves_the_next():
    pipe = Pipe()
    pipe.put("mine")
    pipe.put("the next one's")

    assert pickle.loads(pipe.get_payload()) == "mine"
    assert pickle.loads(pipe.get_payload()) == "the next one's"
    pipe.close()


def test_a_child_whose_parent_is_gone_is_told():
    pipe = Pipe()
    pipe._writer.close()

    with pytest.raises(EOFError):
        pipe.get_payload()
    pipe._reader.close()


def test_a_message_larger_than_a_pipe_arrives_whole(pipe):
    frame = framed("x" * (2 * CHUNK))
    arrived = []
    for start in range(0, len(frame), CHUNK // 2):
        os.write(pipe._writer.fileno(), frame[start : start + CHUNK // 2])
        arrived += pipe.arrived()

    assert arrived == ["x" * (2 * CHUNK)]


@given(
    messages=st.lists(st.one_of(st.none(), st.text(max_size=40), st.lists(st.integers()))),
    cuts=st.lists(st.integers(min_value=1, max_value=60), min_size=1, max_size=8),
)
def test_however_messages_are_cut_up_each_arrives_once(messages, cuts):
    pipe, arrived = Pipe(rnonblock=True), []
    stream, at, turn = b"".join(map(framed, messages)), 0, 0
    while at < len(stream):
        size = cuts[turn % len(cuts)]
        os.write(pipe._writer.fileno(), stream[at : at + size])
        at, turn = at + size, turn + 1
        arrived += pipe.arrived()
    pipe.close()

    assert arrived == messages
