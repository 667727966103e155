"""What ``serve`` prints once everything is up: where things are, and one thing to try."""

import re
import sys
from pathlib import Path

from service.serve.embedded import BROKER_HOST, EmbeddedBroker
from service.serve.prometheus_config import listen_address
from service.settings import Settings

TRY_JOB = "workers.jobs.health_check.HealthCheckWorker"


def summary_lines(
    settings: Settings, broker: EmbeddedBroker | None, *, has_prometheus: bool
) -> list[str]:
    """Return the lines; no password is in them."""
    addresses = _addresses(settings, has_prometheus=has_prometheus)
    addresses["Broker"] = _address(broker) if broker else _without_password(settings)
    width = max(map(len, addresses))
    return [
        "",
        "Headcount is up.",
        "",
        *(f"  {what:<{width}}  {where}" for what, where in addresses.items()),
        "",
        "Try it, in another terminal:",
        f"  {_headcount_command()} enqueue {TRY_JOB}",
        *(_for_other_programs(broker) if broker else ()),
        "",
        "Ctrl-C stops everything.",
        "",
    ]


def _addresses(settings: Settings, *, has_prometheus: bool) -> dict[str, str]:
    """Return what -> its address, for people."""

    def url(port: int, path: str, host: str = settings.local_host()) -> str:
        return f"http://{listen_address(host, port)}{path}"

    addresses = {
        "Health": url(settings.http_port, "/health"),
        "Status page": url(settings.http_port, "/"),
        "API docs": url(settings.http_port, "/docs"),
        "Flower": url(settings.flower_port, "/", settings.flower_host()),
    }
    if has_prometheus:
        addresses["Prometheus"] = url(settings.prometheus_port, "/")
    if settings.metrics_port:
        addresses["Worker metrics"] = url(settings.metrics_port, "/metrics")
    return addresses


def _address(broker: EmbeddedBroker) -> str:
    return f"redis://{BROKER_HOST}:{broker.port}/0 (embedded)"


def _for_other_programs(broker: EmbeddedBroker) -> list[str]:
    """Return how a shell gives the embedded broker's address to another program."""
    password = f"$(cat {_relative(broker.directory / 'password')})"
    url = f"redis://:{password}@{BROKER_HOST}:{broker.port}/0"
    return ["", "Your own programs find the broker with:", f"  export CELERY_BROKER_URL={url}"]


def _without_password(settings: Settings) -> str:
    return re.sub(r"//[^/;]*@", "//", settings.require_broker())


def _headcount_command() -> str:
    return str(_relative(Path(sys.executable).with_name("headcount")))


def _relative(path: Path) -> Path:
    """Return the path as one would type it here."""
    here = Path.cwd()
    return path.relative_to(here) if path.is_relative_to(here) else path
