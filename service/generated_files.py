"""Files that code makes and the repository keeps: written, or checked to be what it would write.

What is in them is known where they are made: the ``generate`` modules of ``alerts/``,
``dashboards/`` and ``deploy/``, and ``bench/report.py``. Nothing that runs Headcount needs this.
"""

import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path


def write_or_check(
    parser: ArgumentParser,
    write: Callable[[Namespace], None],
    list_stale: Callable[[], list[Path]],
    arguments: Sequence[str] | None = None,
) -> int:
    """Run a command that writes or, with ``--check``, names what is stale; return its exit status.

    ``write`` gets the parser's options. ``parser.prog`` is what people are told to run.
    """
    parser.add_argument("--check", action="store_true", help="compare only, write nothing")
    options = parser.parse_args(arguments)
    if not options.check:
        write(options)
        return 0
    for path in (stale := list_stale()):
        print(f"{path} is out of date: run {parser.prog}", file=sys.stderr)
    return 1 if stale else 0


def write_texts(folder: Path, texts: Mapping[str, str]) -> None:
    """Write each text into the file of its name."""
    folder.mkdir(exist_ok=True)
    for name, text in texts.items():
        (folder / name).write_text(text, encoding="utf-8")


def list_stale_texts(folder: Path, texts: Mapping[str, str], made: str = "") -> list[Path]:
    """Return the files that are missing or differ, and those that look made but have no text.

    ``made`` is the pattern of names that only generated files have; empty where there is none.
    """
    expected = {folder / name: text for name, text in texts.items()}
    found = expected.keys() | set(folder.glob(made) if made else ())
    return sorted(path for path in found if _read(path) != expected.get(path))


def _read(path: Path) -> str | None:
    return path.read_text(encoding="utf-8") if path.exists() else None
