"""The README's first screen takes a stranger to a running stack, and what it names exists."""

import re
from pathlib import Path

import pytest

from service.settings import Settings

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")
FIRST_SCREEN = "\n".join(README.splitlines()[:30])
LINKS = re.findall(r"\]\((?!https?:|#)([^)#]+)", README)
VARIABLES = {str(field.alias) for field in Settings.model_fields.values()}


def test_the_first_30_lines_say_what_it_is_and_show_it():
    title, sentence = [part for part in FIRST_SCREEN.split("\n\n") if part][:2]
    assert title == "# Headcount"
    assert sentence.rstrip().endswith(".")
    assert re.search(r"!\[[^\]]+\]\([^)]+\)", FIRST_SCREEN)


def test_the_first_30_lines_lead_to_a_running_stack():
    assert "make serve" in FIRST_SCREEN
    assert re.search(r"curl \S*localhost:8000/health\n+ *\S*\{\"status\": ?\"ok\"", FIRST_SCREEN)
    assert len(re.findall(r"^- .*?\]\(", FIRST_SCREEN, flags=re.MULTILINE)) >= 5


@pytest.mark.parametrize("link", LINKS)
def test_what_it_links_to_exists(link):
    assert (ROOT / link).exists()


def test_the_variables_it_names_exist():
    assert set(re.findall(r"\b(?:HEADCOUNT|CELERY)_[A-Z_]+\b", README)) <= VARIABLES


def test_the_commands_it_names_exist():
    import typer

    from service.cli import build_app

    known = set(typer.main.get_command(build_app()).commands)
    assert set(re.findall(r"\bheadcount ([a-z]+)\b", README)) <= known
