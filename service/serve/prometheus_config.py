"""The configuration of the stack's Prometheus: what it scrapes and which rules it loads."""

import json
from pathlib import Path

from service.settings import Settings

SCRAPE_INTERVAL = "5s"
RETENTION = "7d"
RULES_DIRECTORY = Path(__file__).resolve().parents[2] / "alerts"
"""The package ``alerts``, installed beside ``service``."""


def prometheus_config(settings: Settings, rule_files: list[Path]) -> str:
    """Return the configuration as JSON, which is YAML as well and needs no library to write."""
    jobs = {"headcount-sidecar": settings.http_port}
    if settings.metrics_port:
        jobs["headcount-worker"] = settings.metrics_port
    config = {
        "global": {"scrape_interval": SCRAPE_INTERVAL, "evaluation_interval": SCRAPE_INTERVAL},
        "rule_files": [str(path) for path in rule_files],
        "scrape_configs": [
            {"job_name": name, "static_configs": [{"targets": [_target(settings, port)]}]}
            for name, port in jobs.items()
        ],
    }
    return json.dumps(config, indent=2) + "\n"


def shipped_rule_files(directory: Path = RULES_DIRECTORY) -> list[Path]:
    """Return the project's rule files, in order of name; none is fine."""
    return sorted(directory.glob("*.rules.yml"))


def prometheus_argv(program: str, settings: Settings, directory: Path) -> tuple[str, ...]:
    """Return the command line; the configuration is ``directory/prometheus.yml``."""
    log_format = "logfmt" if settings.log_format == "console" else "json"
    return (
        program,
        f"--config.file={directory / 'prometheus.yml'}",
        f"--storage.tsdb.path={directory / 'data'}",
        f"--storage.tsdb.retention.time={RETENTION}",
        "--enable-feature=exemplar-storage",  # which job stands for a bucket of a histogram
        f"--web.listen-address={listen_address(settings.host, settings.prometheus_port)}",
        f"--log.format={log_format}",
        "--log.level=warn",
    )


def listen_address(host: str, port: int) -> str:
    """Return ``host:port``, an IPv6 address in brackets."""
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def _target(settings: Settings, port: int) -> str:
    return listen_address(settings.local_host(), port)
