"""The table in docs/performance.md, made of the results that are kept beside it.

``python -m bench.report`` writes it; with ``--check`` it says whether it is up to date, and exits 1
if not. ``python -m bench --write`` measures, keeps and writes.
"""

import sys
from argparse import ArgumentParser
from collections.abc import Iterator, Mapping
from pathlib import Path

from bench.kept_results import FILE, Measured, read
from bench.results import Result
from service.generated_files import write_or_check

PAGE = FILE.with_suffix(".md")
BEGIN, END = "<!-- results begin -->", "<!-- results end -->"
HEADING = (
    "| what | against | figure | A against A | wanted | |",
    "| --- | --- | --- | --- | --- | --- |",
)


def render(results: Mapping[str, Measured]) -> str:
    """Return the table as Markdown, and what was measured when, with what and on what."""
    rows = [_row(row) for measured in results.values() for row in measured.rows]
    return "\n".join([*HEADING, *rows, "", *_circumstances(results)])


def page_with(results: Mapping[str, Measured], page: str) -> str:
    """Return the page with its table made anew."""
    before, _, rest = page.partition(BEGIN)
    _, found, after = rest.partition(END)
    if not found:
        raise ValueError(f"{PAGE} has no lines {BEGIN} and {END}")
    return f"{before}{BEGIN}\n\n{render(results)}\n\n{END}{after}"


def write_table() -> None:
    """Write the page with the results that are kept."""
    PAGE.write_text(_page(), encoding="utf-8")


def main(arguments: list[str] | None = None) -> int:
    """Run the command; return its exit status."""
    parser = ArgumentParser(prog="python -m bench.report", description=__doc__)
    return write_or_check(parser, lambda _: write_table(), _list_stale, arguments)


def _list_stale() -> list[Path]:
    return [] if PAGE.read_text(encoding="utf-8") == _page() else [PAGE]


def _page() -> str:
    return page_with(read(), PAGE.read_text(encoding="utf-8"))


def _row(result: Result) -> str:
    noise = "" if result.noise is None else f"{result.noise:.3f}"
    missed = "" if result.target.met_by(result.figure) else "missed"
    remarks = "; ".join(filter(None, (missed, result.note)))
    figures = (result.figure_in_words, noise, str(result.target))
    cells = (result.row, result.against, *figures, remarks)
    return f"| {' | '.join(cells)} |"


def _circumstances(results: Mapping[str, Measured]) -> Iterator[str]:
    families: dict[str, list[str]] = {}
    for family, one in results.items():
        with_what = ", ".join(f"{name} {version}" for name, version in one.versions.items())
        families.setdefault(f"{one.date}, on {one.machine}, with {with_what}", []).append(family)
    for circumstances, names in families.items():
        yield f'- `make bench ROW="{" ".join(names)}"`: {circumstances}.'


if __name__ == "__main__":
    sys.exit(main())
