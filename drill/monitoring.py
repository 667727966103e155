"""Prometheus with the project's rules, at any pace, and Alertmanager with its example."""

import json
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from alerts import generate
from alerts.pace import Pace
from drill.processes import Member, environment

HOST = "127.0.0.1"
SCRAPE_SECONDS = "1s"
ALERTMANAGER_CONFIG = Path(generate.__file__).parent / "alertmanager.yml"

Discovery = Mapping[str, Any]
"""How Prometheus finds what it scrapes: part of a ``scrape_config``."""


def addresses(*ports: int) -> Discovery:
    """Return what finds these ports of this machine."""
    return {"static_configs": [{"targets": [f"{HOST}:{port}" for port in ports]}]}


def prometheus(
    directory: Path, pace: Pace, port: int, alertmanager_port: int, jobs: Mapping[str, Discovery]
) -> Member:
    """Return a Prometheus that scrapes these jobs once a second."""
    rules = directory / "rules"
    rules.mkdir()
    generate.write(rules, pace)
    config = {
        "global": {"scrape_interval": SCRAPE_SECONDS, "evaluation_interval": SCRAPE_SECONDS},
        "rule_files": [str(rules / "*.rules.yml")],
        "alerting": {"alertmanagers": [addresses(alertmanager_port)]},
        "scrape_configs": [{"job_name": job, **found} for job, found in jobs.items()],
    }
    file = directory / "prometheus.yml"
    file.write_text(json.dumps(config))
    return _member(
        directory,
        "prometheus",
        _program("prometheus"),
        f"--config.file={file}",
        f"--storage.tsdb.path={directory / 'prometheus'}",
        f"--web.listen-address={HOST}:{port}",
        "--rules.alert.resend-delay=1s",
        "--log.level=warn",
    )


def alertmanager(directory: Path, port: int) -> Member:
    """Return an Alertmanager that is told by that Prometheus."""
    return _member(
        directory,
        "alertmanager",
        _program("alertmanager", "prometheus-alertmanager"),
        f"--config.file={ALERTMANAGER_CONFIG}",
        f"--storage.path={directory / 'alertmanager'}",
        f"--web.listen-address={HOST}:{port}",
        "--cluster.listen-address=",
        "--log.level=warn",
    )


def _member(directory: Path, name: str, *argv: str) -> Member:
    return Member(argv, environment(), directory / f"{name}.log")


def _program(*names: str) -> str:
    found = next(filter(None, map(shutil.which, names)), None)
    if found is None:
        raise FileNotFoundError(f"{names[0]} is not installed")
    return found
