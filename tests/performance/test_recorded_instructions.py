"""When a change in instructions counts as a regression."""

import pytest

from bench import recorded_instructions
from bench.recorded_instructions import record, regressions


@pytest.fixture(autouse=True)
def _recorded(tmp_path, monkeypatch):
    monkeypatch.setattr(recorded_instructions, "FILE", tmp_path / "recorded.json")
    record({"prefetch4": 0.3, "prefetch1": 0.4})


def test_three_percent_more_is_let_pass_and_less_is_welcome():
    assert regressions({"prefetch4": 0.3089, "prefetch1": 0.2}) == []


def test_more_than_that_is_named_with_both_figures_and_how_to_record_anew():
    (said,) = regressions({"prefetch4": 0.3095, "prefetch1": 0.4})
    for part in ("prefetch4", "0.3095", "0.3000", "python -m bench.instructions --record"):
        assert part in said
