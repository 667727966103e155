"""``python -m bench [FAMILY ...]``: measure these families, or all; print a table.

``--json FILE`` writes what was found there too. ``--write`` keeps it, in place of these families'
last results, and makes the table in docs/performance.md anew.
"""

import argparse
from pathlib import Path

from bench import kept_results
from bench.families import FAMILIES
from bench.kept_results import Measured, measured_now
from bench.report import write_table
from bench.results import Result


def main() -> None:
    """Measure what the command line names."""
    arguments = _parser().parse_args()
    found: dict[str, Measured] = {}
    for family in arguments.family or FAMILIES:
        found[family] = _measure(family)
        if arguments.write:  # each at once: the next may fail, and takes minutes
            kept_results.write({**kept_results.read(), family: found[family]})
            write_table()
    if arguments.json:
        kept_results.write(found, arguments.json)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("family", nargs="*", choices=[[], *FAMILIES], help="default: all")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the results there too")
    parser.add_argument("--write", action="store_true", help="renew docs/performance.md")
    return parser


def _measure(family: str) -> Measured:
    rows = []
    for result in FAMILIES[family]():
        print(_line(result), flush=True)
        rows.append(result)
    return measured_now(rows)


def _line(result: Result) -> str:
    noise = "" if result.noise is None else f"(A/A {result.noise:.2f})"
    met = "" if not str(result.target) else "ok" if result.target.met_by(result.figure) else "NO"
    return f"{result.row:<64}{result.figure_in_words:>10} {noise:<12}{result.target!s:>10} {met}"


main()
