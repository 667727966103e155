"""Write what Kubernetes gets of dashboards and rules, or check that it is up to date.

``python -m deploy.generate`` writes; with ``--check`` it names what differs and exits 1. Reads the
files of ``dashboards/json/`` and ``alerts/``, so generate those first.
"""

import sys
from argparse import ArgumentParser
from pathlib import Path

from deploy.config_maps import dashboard_config_maps, rules_config_map
from deploy.prometheus_rule import prometheus_rule
from service.generated_files import list_stale_texts, write_or_check, write_texts

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
    write_texts(folder, files())


def list_stale(folder: Path = FOLDER) -> list[Path]:
    """Return the files that are missing or differ from what they are made of."""
    return list_stale_texts(folder, files())


def main(arguments: list[str] | None = None) -> int:
    """Run the command; return its exit status."""
    parser = ArgumentParser(prog="python -m deploy.generate", description=__doc__)
    return write_or_check(parser, lambda _: write(), list_stale, arguments)


if __name__ == "__main__":
    sys.exit(main())
