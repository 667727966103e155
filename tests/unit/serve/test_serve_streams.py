"""One stream out of many: lines are cut, decoded and prefixed whatever a process writes."""

import io

import pytest

from service.serve.streams import LONGEST_LINE, LineSplitter, Output


class BrokenPipe(io.StringIO):
    def flush(self):
        raise BrokenPipeError


def test_lines_of_all_processes_start_in_the_same_column():
    stream = io.StringIO()
    output = Output(stream, ["beat", "prometheus"], colour=False)
    output.write_lines("beat", ["tick", "tock"])
    output.write_lines("prometheus", ["ready"])
    output.say("done")
    assert stream.getvalue().splitlines() == [
        "      beat | tick",
        "      beat | tock",
        "prometheus | ready",
        "     serve | done",
    ]


def test_only_the_prefix_is_coloured():
    stream = io.StringIO()
    Output(stream, ["beat"], colour=True).write_lines("beat", ["tick"])
    prefix, line = stream.getvalue().split("\033[0m")
    assert prefix.endswith(" beat |")
    assert line == " tick\n"


def test_a_stream_that_cannot_show_a_character_shows_a_question_mark():
    raw = io.BytesIO()
    stream = io.TextIOWrapper(raw, encoding="ascii")
    Output(stream, ["beat"], colour=False).write_lines("beat", ["naïve"])
    assert raw.getvalue() == b" beat | na?ve\n"


def test_a_reader_that_went_away_closes_the_output_and_breaks_nothing():
    output = Output(BrokenPipe(), ["beat"], colour=False)
    output.say("one")
    output.say("two")
    assert output.closed.is_set()


def test_a_line_may_arrive_in_pieces():
    splitter = LineSplitter()
    assert splitter.feed(b"on") == []
    assert splitter.feed(b"e\ntwo\r\nth") == ["one", "two"]
    assert splitter.flush() == ["th"]
    assert splitter.flush() == []


def test_a_character_cut_by_a_chunk_is_kept():
    first, second = "é\n".encode()[:1], "é\n".encode()[1:]
    splitter = LineSplitter()
    assert splitter.feed(first) == []
    assert splitter.feed(second) == ["é"]


@pytest.mark.parametrize(
    ("written", "shown"),
    [(b"a\xff\xfeb\n", "a��b"), (b"\x80\n", "�"), (b"a\x0bb\xe2\x80\xa8c\n", "a\x0bb\u2028c")],
)
def test_invalid_utf_8_and_odd_separators_stay_in_their_line(written, shown):
    assert LineSplitter().feed(written) == [shown]


def test_a_cut_character_at_the_end_is_shown_as_a_replacement():
    splitter = LineSplitter()
    splitter.feed("é".encode()[:1])
    assert splitter.flush() == ["�"]


def test_a_very_long_line_is_continued_and_nothing_of_it_is_lost():
    splitter = LineSplitter()
    shown = splitter.feed(b"x" * (3 * LONGEST_LINE + 7)) + splitter.feed(b"\nnext\n")
    assert [len(line) for line in shown] == [LONGEST_LINE] * 3 + [7, 4]
