"""Write the dashboards' JSON beside them, or check that it is up to date.

``python -m dashboards.generate`` writes; with ``--check`` it names what differs and exits 1.
"""

import argparse
import json
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

from grafana_foundation_sdk.builders.dashboard import Dashboard

from dashboards import broker, overview, queue, slo, task, workers
from dashboards.board import to_model

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


def write_all() -> None:
    """Write every dashboard's file."""
    FOLDER.mkdir(exist_ok=True)
    for name in DASHBOARDS:
        _path(name).write_text(render(name), encoding="utf-8")


def list_stale() -> list[Path]:
    """Return the files that are missing, differ from the code, or belong to no dashboard."""
    stale = [_path(name) for name in DASHBOARDS if _read(_path(name)) != render(name)]
    return stale + sorted(set(FOLDER.glob("*.json")) - {_path(name) for name in DASHBOARDS})


def main(arguments: list[str] | None = None) -> int:
    """Run the command; return its exit status."""
    parser = argparse.ArgumentParser(prog="python -m dashboards.generate", description=__doc__)
    parser.add_argument("--check", action="store_true", help="compare only, write nothing")
    if not parser.parse_args(arguments).check:
        write_all()
        return 0
    for path in (stale := list_stale()):
        print(f"{path} is out of date: run python -m dashboards.generate", file=sys.stderr)
    return 1 if stale else 0


def _path(name: str) -> Path:
    return FOLDER / f"{name}.json"


def _read(path: Path) -> str | None:
    return path.read_text(encoding="utf-8") if path.exists() else None


if __name__ == "__main__":
    sys.exit(main())
