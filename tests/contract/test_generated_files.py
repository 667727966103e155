"""Checking generated files: what differs, lacks or is left over is named, and how to mend it."""

from argparse import ArgumentParser

import pytest

from service.generated_files import list_stale_texts, write_or_check, write_texts

TEXTS = {"one.json": "1\n", "two.json": "2\n"}


@pytest.fixture
def generate(tmp_path):
    """A command that makes two files in a directory."""

    def run(*arguments):
        return write_or_check(
            ArgumentParser(prog="python -m generate"),
            write=lambda _: write_texts(tmp_path, TEXTS),
            list_stale=lambda: list_stale_texts(tmp_path, TEXTS, made="*.json"),
            arguments=arguments,
        )

    return run


def test_files_that_were_just_written_are_up_to_date(generate, tmp_path, capsys):
    assert generate() == 0
    assert generate("--check") == 0
    assert (tmp_path / "two.json").read_text() == "2\n"
    assert capsys.readouterr().err == ""


def test_a_file_that_differs_lacks_or_is_left_over_is_named_and_nothing_is_written(
    generate, tmp_path, capsys
):
    generate()
    changed, gone, left_over = (tmp_path / f"{name}.json" for name in ("one", "two", "three"))
    changed.write_text("changed by hand\n")
    gone.unlink()
    left_over.write_text("of a dashboard that is no more\n")
    assert generate("--check") == 1
    assert capsys.readouterr().err.splitlines() == [
        f"{path} is out of date: run python -m generate" for path in (changed, left_over, gone)
    ]
    assert changed.read_text() == "changed by hand\n"
    assert not gone.exists()


def test_files_that_do_not_look_generated_are_left_alone(generate, tmp_path):
    generate()
    (tmp_path / "notes.md").write_text("written by somebody\n")
    assert generate("--check") == 0
