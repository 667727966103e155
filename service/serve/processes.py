"""Which processes the local stack has, their environment and their ports."""

import shutil
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from service.serve.embedded import (
    BROKER_NAME,
    EmbeddedBroker,
    broker_process,
    prepare_embedded_broker,
)
from service.serve.ports import PortUse
from service.serve.process import Process
from service.serve.prometheus_config import (
    prometheus_argv,
    prometheus_config,
    shipped_rule_files,
)
from service.serve.readiness import http_answers, tcp_answers
from service.serve.state_dir import write_private
from service.settings import Settings

WORKER_EXTRA_SECONDS = 5.0
"""What the worker gets beyond its own grace before it is killed."""


@dataclass(frozen=True, slots=True)
class Stack:
    """The processes in the order of their start; ``broker`` is None where one is configured."""

    processes: tuple[Process, ...]
    broker: EmbeddedBroker | None
    has_prometheus: bool


def build_stack(
    settings: Settings, environ: Mapping[str, str], state_dir: Path, *, on_terminal: bool
) -> Stack:
    """Write the configurations into ``state_dir`` and return the stack that reads them.

    Raises:
        ServeError: the embedded broker is missing. The command line prints it and exits.
    """
    broker = None if settings.broker_url else prepare_embedded_broker(state_dir)
    broker_url = broker.url if broker else settings.require_broker()
    env = child_environment(settings, environ, broker_url, on_terminal=on_terminal)
    processes = list(_python_processes(settings, env, (BROKER_NAME,) if broker else ()))
    if broker:
        processes.insert(0, broker_process(broker, environ))
    program = prometheus_program(environ)
    if program:
        processes.append(_prometheus_process(program, settings, environ, state_dir))
    return Stack(tuple(processes), broker, has_prometheus=program is not None)


def port_uses(settings: Settings, *, has_prometheus: bool) -> list[PortUse]:
    """Return the ports the stack will listen on, the embedded broker's own choice apart."""
    uses = [
        PortUse(settings.http_port, "the sidecar", "HEADCOUNT_HTTP_PORT"),
        PortUse(settings.flower_port, "Flower", "HEADCOUNT_FLOWER_PORT"),
    ]
    if settings.metrics_port:
        uses.append(PortUse(settings.metrics_port, "worker metrics", "HEADCOUNT_METRICS_PORT"))
    if has_prometheus:
        uses.append(PortUse(settings.prometheus_port, "Prometheus", "HEADCOUNT_PROMETHEUS_PORT"))
    return uses


def prometheus_program(environ: Mapping[str, str]) -> str | None:
    """Return the path of the ``prometheus`` program, or None where it is not installed."""
    return shutil.which("prometheus", path=environ.get("PATH"))


def child_environment(
    settings: Settings, environ: Mapping[str, str], broker_url: str, *, on_terminal: bool
) -> dict[str, str]:
    """Return the environment of the Python processes.

    Their standard output is a pipe, so what is read on a terminal must be asked for.
    """
    env = {
        **environ,
        "CELERY_BROKER_URL": broker_url,
        "CELERY_RESULT_BACKEND": settings.result_backend or broker_url,
        "PYTHONUNBUFFERED": "1",
    }
    if on_terminal and settings.log_format is None:
        env["HEADCOUNT_LOG_FORMAT"] = "console"
    return env


def _python_processes(
    settings: Settings, env: Mapping[str, str], needs: tuple[str, ...]
) -> tuple[Process, ...]:
    host = settings.local_host()

    def process(name: str, **more: Any) -> Process:
        argv = (sys.executable, "-m", "service", name)
        return Process(name=name, argv=argv, env=env, needs=needs, **more)

    metrics = partial(http_answers, host, settings.metrics_port, "/metrics")
    return (
        process(
            "worker",
            ready=metrics if settings.metrics_port else None,
            grace_seconds=settings.shutdown_grace_seconds + WORKER_EXTRA_SECONDS,
        ),
        process("beat"),
        process("flower", ready=partial(tcp_answers, settings.flower_host(), settings.flower_port)),
        # A job that still runs while the worker drains may ask for the health.
        process(
            "sidecar",
            ready=partial(http_answers, host, settings.http_port, "/health/ready"),
            outlives=("worker",),
        ),
    )


def _prometheus_process(
    program: str, settings: Settings, environ: Mapping[str, str], state_dir: Path
) -> Process:
    directory = state_dir / "prometheus"
    directory.mkdir(exist_ok=True)
    config = prometheus_config(settings, shipped_rule_files())
    write_private(directory / "prometheus.yml", config)
    return Process(
        name="prometheus",
        argv=prometheus_argv(program, settings, directory),
        env=environ,
        ready=partial(tcp_answers, settings.local_host(), settings.prometheus_port),
    )
