"""Write the rule files of all groups, or check that they are up to date.

``python -m alerts.generate`` writes ``alerts/*.rules.yml``; with ``--check`` it names what differs
and exits 1. ``--speed 30 --into DIRECTORY`` writes rules that wait and look back a thirtieth as
long, for drills.
"""

import argparse
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import yaml

from alerts import beat, broker, jobs, objectives, queues, telemetry, workers
from alerts.pace import Pace
from alerts.rule import Group

FOLDER = Path(__file__).parent

GROUPS: Sequence[Callable[[Pace], Group]] = (
    queues.group,
    jobs.group,
    objectives.group,
    workers.group,
    beat.group,
    broker.group,
    telemetry.group,
)
"""In the order of evaluation, which matters where one group records what another reads."""

HEAD = """\
# {about} Made by python -m alerts.generate; edit alerts/{module}.py instead.
# severity: critical pages somebody now, warning makes a ticket.
"""


class _Dumper(yaml.SafeDumper):
    """Writes texts of several lines as such, and keys in the order they have."""


def _text(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    return dumper.represent_scalar(
        "tag:yaml.org,2002:str", text, style="|" if "\n" in text else None
    )


_Dumper.add_representer(str, _text)


def rule_files(pace: Pace) -> dict[str, str]:
    """Return file name -> what it holds, at a pace."""
    files = {}
    for make in GROUPS:
        group = make(pace)
        module = group.name.removeprefix("headcount-")
        files[f"{group.name}.rules.yml"] = HEAD.format(about=group.about, module=module) + as_yaml(
            group.as_file()
        )
    return files


def write(folder: Path = FOLDER, pace: Pace | None = None) -> None:
    """Write every group's file into a folder."""
    for name, text in rule_files(pace or Pace()).items():
        (folder / name).write_text(text, encoding="utf-8")


def list_stale() -> list[Path]:
    """Return the files that are missing, differ from the code, or belong to no group."""
    expected = {FOLDER / name: text for name, text in rule_files(Pace()).items()}
    found = {path: path.read_text(encoding="utf-8") for path in FOLDER.glob("*.rules.yml")}
    return sorted(p for p in expected.keys() | found.keys() if expected.get(p) != found.get(p))


def main(arguments: list[str] | None = None) -> int:
    """Run the command; return its exit status."""
    parser = argparse.ArgumentParser(prog="python -m alerts.generate", description=__doc__)
    parser.add_argument("--check", action="store_true", help="compare only, write nothing")
    parser.add_argument("--speed", type=float, default=1.0, help="by how much faster; 1 as shipped")
    parser.add_argument("--into", type=Path, default=FOLDER, metavar="DIRECTORY")
    options = parser.parse_args(arguments)
    if not options.check:
        write(options.into, Pace(options.speed))
        return 0
    for path in (stale := list_stale()):
        print(f"{path} is out of date: run python -m alerts.generate", file=sys.stderr)
    return 1 if stale else 0


def as_yaml(document: dict[str, Any]) -> str:
    """Return a document as YAML that people can read: keys in their order, texts in lines."""
    return yaml.dump(document, Dumper=_Dumper, sort_keys=False, width=100, allow_unicode=True)


if __name__ == "__main__":
    sys.exit(main())
