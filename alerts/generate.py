"""Write the rule files of all groups, or check that they are up to date.

``python -m alerts.generate`` writes ``alerts/*.rules.yml``; with ``--check`` it names what differs
and exits 1. ``--speed 30 --into DIRECTORY`` writes rules that wait and look back a thirtieth as
long, for drills.
"""

import sys
from argparse import ArgumentParser
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import yaml

from alerts import beat, broker, jobs, objectives, queues, telemetry, workers
from alerts.pace import Pace
from alerts.rule import Group
from service.generated_files import list_stale_texts, write_or_check, write_texts

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
    write_texts(folder, rule_files(pace or Pace()))


def list_stale() -> list[Path]:
    """Return the files that are missing, differ from the code, or belong to no group."""
    return list_stale_texts(FOLDER, rule_files(Pace()), made="*.rules.yml")


def main(arguments: list[str] | None = None) -> int:
    """Run the command; return its exit status."""
    parser = ArgumentParser(prog="python -m alerts.generate", description=__doc__)
    parser.add_argument("--speed", type=float, default=1.0, help="by how much faster; 1 as shipped")
    parser.add_argument("--into", type=Path, default=FOLDER, metavar="DIRECTORY")
    return write_or_check(
        parser,
        write=lambda options: write(options.into, Pace(options.speed)),
        list_stale=list_stale,
        arguments=arguments,
    )


def as_yaml(document: dict[str, Any]) -> str:
    """Return a document as YAML that people can read: keys in their order, texts in lines."""
    return yaml.dump(document, Dumper=_Dumper, sort_keys=False, width=100, allow_unicode=True)


if __name__ == "__main__":
    sys.exit(main())
