"""Tables are plain text that people read and pipes keep whole."""

import pytest

from service.cli.tables import print_table


def printed(capsys, headings, rows):
    print_table(headings, rows)
    return capsys.readouterr().out


def test_text_is_aligned_left_and_numbers_right(capsys):
    assert printed(capsys, ("queue", "ready"), [("low", 5), ("critical", 12)]) == (
        "queue     ready\nlow           5\ncritical     12\n"
    )


def test_nothing_is_cut_off(capsys):
    name = "x" * 300
    assert name in printed(capsys, ("name",), [(name,)])


def test_no_rows_leave_the_headings(capsys):
    assert printed(capsys, ("id", "queue"), []) == "id  queue\n"


@pytest.mark.parametrize(
    ("cell", "text"),
    [
        (None, ""),
        (0.5, "0.5"),
        (2.0, "2"),
        ("a\nb", "a b"),
        (True, "True"),
        ("\x1b[2J", r"\x1b[2J"),
    ],
)
def test_a_cell_is_one_line(capsys, cell, text):
    assert printed(capsys, ("it", "end"), [(cell, "|")]).splitlines()[1].split("  ")[0].strip() == (
        text
    )
