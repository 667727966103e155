"""Durations in words."""

import pytest

from service.sidecar import times


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (-3, "0 s"),
        (0, "0 s"),
        (0.04, "0 s"),
        (0.5, "0.5 s"),
        (1, "1 s"),
        (59.9, "59 s"),
        (60, "1 min"),
        (95, "1 min 35 s"),
        (125, "2 min 5 s"),
        (3600, "1 h"),
        (3605, "1 h"),
        (11_520, "3 h 12 min"),
        (86_400, "1 d"),
        (1_000_000, "11 d 13 h"),
    ],
)
def test_a_duration_reads_as_its_two_largest_units(seconds, words):
    assert times.in_words(seconds) == words
