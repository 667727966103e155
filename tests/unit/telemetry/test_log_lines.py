"""Lines are written whatever their values are and however slow their reader is."""

import json
import os
import threading
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

import pytest

from service.telemetry.log_lines import LineWriter, json_safe, render_json


class Hostile:
    def __repr__(self):
        raise RuntimeError("no")


@dataclass
class Order:
    number: int


def written(value: object) -> object:
    line = render_json({"value": value})
    assert line.endswith(b"\n")
    assert line.count(b"\n") == 1
    return json.loads(line)["value"]


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (Path("/tmp/x"), "PosixPath('/tmp/x')"),
        (b"\xff", "b'\\xff'"),
        (1 + 2j, "(1+2j)"),
        (Hostile(), "<Hostile: its __repr__ failed>"),
        (2**80, str(2**80)),
        (float("nan"), None),
        ("\ud800", "\\ud800"),
        ({1: "a", None: "b"}, {"1": "a", "None": "b"}),
        ({"deep": {(1, 2): 2**80}}, {"deep": {"(1, 2)": str(2**80)}}),
        (UUID(int=1), "00000000-0000-0000-0000-000000000001"),
        (Order(7), {"number": 7}),
        ("two\nlines", "two\nlines"),
    ],
)
def test_any_value_can_be_written(value, shown):
    assert written(value) == shown


def test_a_value_that_contains_itself_can_be_written():
    loop = {"name": "loop"}
    loop["self"] = loop
    assert written(loop)["name"] == "loop"


def test_a_long_repr_is_cut():
    assert len(written({"x": bytes(100_000)})["x"]) <= 1_000


def test_sets_become_lists_on_the_way_to_json():
    assert sorted(json_safe(frozenset({1, 2}))) == [1, 2]


def test_a_line_is_whole_though_the_reader_is_slow_and_the_pipe_does_not_block():
    reader, pipe = os.pipe()
    os.set_blocking(pipe, False)
    writer = LineWriter(render_json, level=20, fd=pipe)

    def write() -> None:
        for number in range(3):
            writer.write({"number": number, "text": "x" * 200_000})
        os.close(pipe)

    thread = threading.Thread(target=write)
    thread.start()
    with os.fdopen(reader) as stream:
        numbers = [json.loads(line)["number"] for line in stream]
    thread.join()
    assert numbers == [0, 1, 2]
    assert writer.lost == 0


def test_a_line_nobody_can_take_is_counted_as_lost():
    reader, pipe = os.pipe()
    os.close(reader)
    writer = LineWriter(render_json, level=20, fd=pipe)
    writer.write({"event": "lost"})
    assert writer.lost == 1
    os.close(pipe)
