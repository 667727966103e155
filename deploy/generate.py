"""Write what Kubernetes gets of dashboards and rules, or check that it is up to date.

``python -m deploy.generate`` writes; with ``--check`` it names what differs and exits 1. Reads the
files of ``dashboards/json/`` and ``alerts/``, so generate those first.
"""

import argparse
import sys
from pathlib import Path

from deploy.config_maps import dashboard_config_maps, rules_config_map
from deploy.prometheus_rule import prometheus_rule

FOLDER = Path(__file__).parent / "kubernetes" / "monitoring"
HEAD = "# Made by python -m deploy.generate. Use: docs/monitoring.md\n"


def files() -> dict[str, str]:
    """Return file name -> what it holds."""
    return {
        "grafana-dashboards.yaml": HEAD + "---\n".join(dashboard_config_maps()),
        "prometheus-rules.yaml": HEAD + rules_config_map(),
        "operator-rules.yaml": HEAD + prometheus_rule(),
    }


def write(folder: Path = FOLDER) -> None:
    """Write every file into a folder."""
    for name, text in files().items():
        (folder / name).write_text(text, encoding="utf-8")


def list_stale(folder: Path = FOLDER) -> list[Path]:
    """Return the files that are missing or differ from what they are made of."""
    return [folder / name for name, text in files().items() if _read(folder / name) != text]


def main(arguments: list[str] | None = None) -> int:
    """Run the command; return its exit status."""
    parser = argparse.ArgumentParser(prog="python -m deploy.generate", description=__doc__)
    parser.add_argument("--check", action="store_true", help="compare only, write nothing")
    if not parser.parse_args(arguments).check:
        write()
        return 0
    for path in (stale := list_stale()):
        print(f"{path} is out of date: run python -m deploy.generate", file=sys.stderr)
    return 1 if stale else 0


def _read(path: Path) -> str | None:
    return path.read_text(encoding="utf-8") if path.exists() else None


if __name__ == "__main__":
    sys.exit(main())
