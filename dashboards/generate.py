"""Write the dashboards' JSON beside them, or check that it is up to date.

``python -m dashboards.generate`` writes; with ``--check`` it names what differs and exits 1.
"""

import json
import sys
from argparse import ArgumentParser
from collections.abc import Callable, Mapping
from pathlib import Path

from grafana_foundation_sdk.builders.dashboard import Dashboard

from dashboards import broker, overview, queue, slo, task, workers
from dashboards.board import to_model
from service.generated_files import list_stale_texts, write_or_check, write_texts

FOLDER = Path(__file__).parent / "json"

DASHBOARDS: Mapping[str, Callable[[], Dashboard]] = {
    "overview": overview.build,
    "queue": queue.build,
    "task": task.build,
    "workers": workers.build,
    "broker": broker.build,
    "slo": slo.build,
}
"""File name without its ending -> the function that builds the dashboard."""


def render(name: str) -> str:
    """Return a dashboard's JSON as its file should hold it."""
    return json.dumps(to_model(DASHBOARDS[name]()), indent=2) + "\n"


def write() -> None:
    """Write every dashboard's file."""
    write_texts(FOLDER, _texts())


def list_stale() -> list[Path]:
    """Return the files that are missing, differ from the code, or belong to no dashboard."""
    return list_stale_texts(FOLDER, _texts(), made="*.json")


def main(arguments: list[str] | None = None) -> int:
    """Run the command; return its exit status."""
    parser = ArgumentParser(prog="python -m dashboards.generate", description=__doc__)
    return write_or_check(parser, lambda _: write(), list_stale, arguments)


def _texts() -> dict[str, str]:
    return {f"{name}.json": render(name) for name in DASHBOARDS}


if __name__ == "__main__":
    sys.exit(main())
