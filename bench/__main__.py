"""``python -m bench [FAMILY ...]``: measure these families, or all; print a table."""

import argparse

from bench.families import FAMILIES
from bench.results import Result


def main() -> None:
    """Measure what the command line names."""
    parser = argparse.ArgumentParser(prog="python -m bench")
    parser.add_argument("family", nargs="*", choices=[[], *FAMILIES], help="default: all")
    for family in parser.parse_args().family or FAMILIES:
        for result in FAMILIES[family]():
            print(_line(result), flush=True)


def _line(result: Result) -> str:
    noise = "" if result.noise is None else f"(A/A {result.noise:.2f})"
    met = "" if not str(result.target) else "ok" if result.target.met_by(result.figure) else "NO"
    figure = f"{result.figure:.3g}{result.unit}"
    return f"{result.row:<64}{figure:>10} {noise:<12}{result.target!s:>10} {met}"


main()
