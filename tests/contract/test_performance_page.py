"""The table in docs/performance.md: made of the results that are kept, and of nothing else."""

from pathlib import Path

import pytest

from bench.kept_results import Measured, read, write
from bench.report import BEGIN, END, PAGE, main, page_with
from bench.results import Result, Target

PAGE_OF_BEFORE = f"# Title\n\n{BEGIN}\n\nold rows\n\n{END}\n\nwords after it\n"


def measured(*rows: Result, date: str = "2026-01-31") -> Measured:
    return Measured(date, "2 cores, 4 GiB", {"Python": "3.11.7", "Valkey": "9.1.2"}, rows)


def test_a_row_shows_its_figure_its_noise_and_what_was_wanted():
    row = Result("CPU per job", "plain Celery", 0.25, Target(at_most=0.3), noise=1.02)
    assert "| CPU per job | plain Celery | 0.250 | 1.020 | <= 0.3 |  |" in page_with(
        {"noop": measured(row)}, PAGE_OF_BEFORE
    )


def test_a_row_that_misses_its_target_says_so_beside_what_is_to_be_known_of_it():
    row = Result("jobs per second", "a peer", 2, Target(at_least=3), unit=" x", note="loses jobs")
    page = page_with({"noop": measured(row)}, PAGE_OF_BEFORE)
    assert "| jobs per second | a peer | 2.000 x |  | >= 3 | missed; loses jobs |" in page


@pytest.mark.parametrize(
    ("figure", "shown"),
    [(1.018, "1.018"), (12.34, "12.3"), (12345.6, "12,346"), (0.00123, "0.0012"), (0, "0.000")],
)
def test_a_figure_shows_as_many_digits_as_it_is_worth(figure: float, shown: str):
    assert Result("row", "theirs", figure).figure_in_words == shown


def test_old_rows_go_and_the_words_around_the_table_stay():
    page = page_with({}, PAGE_OF_BEFORE)
    assert "old rows" not in page
    assert page.startswith("# Title\n")
    assert page.endswith("words after it\n")


def test_families_measured_together_share_a_line_that_says_how_to_repeat_them():
    results = {"noop": measured(), "scrape": measured(), "real": measured(date="2026-02-01")}
    page = page_with(results, PAGE_OF_BEFORE)
    circumstances = "on 2 cores, 4 GiB, with Python 3.11.7, Valkey 9.1.2."
    assert f'- `make bench ROW="noop scrape"`: 2026-01-31, {circumstances}' in page
    assert f'- `make bench ROW="real"`: 2026-02-01, {circumstances}' in page


def test_a_page_without_a_place_for_the_table_is_refused():
    with pytest.raises(ValueError, match="has no lines"):
        page_with({}, "# Title\n")


def test_results_are_read_as_they_were_kept(tmp_path: Path):
    row = Result("a row", "theirs", 0.5, Target(at_least=0.1), noise=1.0, measured={"ours_s": 2.0})
    file = tmp_path / "results.json"
    write({"noop": measured(row)}, file)
    kept = read(file)["noop"]
    assert (kept.date, kept.machine, list(kept.rows)) == ("2026-01-31", "2 cores, 4 GiB", [row])


def test_the_committed_page_agrees_with_the_results_beside_it():
    assert PAGE.exists()
    assert main(["--check"]) == 0, "run python -m bench.report"
