"""Manners of the house that no linter holds: sizes, and names that say something."""

import ast
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).parents[2]
PACKAGES = ("service", "workers", "dashboards", "alerts", "deploy", "drill", "bench", "examples")
PRODUCT = sorted(path for package in PACKAGES for path in (ROOT / package).rglob("*.py"))
TESTS = sorted((ROOT / "tests").rglob("*.py"))
SAYING_NOTHING = {"utils", "util", "helpers", "common", "misc", "base", "core", "manager"}
LONGEST_FILE_LINES = 250
LONGEST_FUNCTION_LINES = 40


def named(path):
    return str(path.relative_to(ROOT))


def lines_of(node):
    return (node.end_lineno or 0) - node.lineno + 1


def function_lengths(path):
    """Function name -> lines of its own; those of functions inside it are theirs."""
    kinds = (ast.FunctionDef, ast.AsyncFunctionDef)
    found = {}
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, kinds):
            inner = sum(lines_of(one) for one in node.body if isinstance(one, kinds))
            found[f"{named(path)}: {node.name}"] = lines_of(node) - inner
    return found


def test_no_file_is_too_long():
    lengths = {named(path): len(path.read_text("utf-8").splitlines()) for path in PRODUCT}
    assert {name: n for name, n in lengths.items() if n > LONGEST_FILE_LINES} == {}


def test_no_function_is_too_long():
    lengths = {name: n for path in PRODUCT for name, n in function_lengths(path).items()}
    assert {name: n for name, n in lengths.items() if n > LONGEST_FUNCTION_LINES} == {}


def test_no_module_has_a_name_that_says_nothing():
    assert [named(path) for path in [*PRODUCT, *TESTS] if path.stem in SAYING_NOTHING] == []


def test_every_module_says_what_it_owns():
    texts = {named(path): path.read_text("utf-8") for path in PRODUCT}
    assert [name for name, text in texts.items() if not ast.get_docstring(ast.parse(text))] == []


def test_test_files_have_names_of_their_own():
    counts = Counter(path.name for path in TESTS if path.name.startswith("test_"))
    assert [name for name, count in counts.items() if count > 1] == []
