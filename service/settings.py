"""The environment, read once and validated. Nothing else in Headcount reads a variable.

Variables that begin with ``HEADCOUNT_`` but are not listed here are left alone: Kubernetes
itself injects such names for a Service called ``headcount``.
"""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict, Field, PrivateAttr, ValidationError
from pydantic.fields import FieldInfo

from service.errors import SettingsError
from service.queues import QUEUE_NAMES
from service.setting_types import (
    BrokerUrl,
    Host,
    HttpUrl,
    LogFormat,
    LogLevel,
    Modules,
    PageUrl,
    Port,
    Queues,
    Truth,
    Zone,
)
from service.trace_export import TraceExport, trace_export

LOOPBACK = "127.0.0.1"


class Settings(BaseModel):
    """Validated settings; the field's alias is the variable it comes from.

    Units are in the names. ``broker_url`` is None when unset: processes that need a broker
    call :meth:`require_broker`, ``serve`` starts an embedded one instead.
    """

    model_config = ConfigDict(frozen=True, arbitrary_types_allowed=True)

    broker_url: BrokerUrl | None = Field(None, alias="CELERY_BROKER_URL", repr=False)
    result_backend: BrokerUrl | None = Field(None, alias="CELERY_RESULT_BACKEND", repr=False)
    sentinel_master: str = Field("mymaster", alias="HEADCOUNT_SENTINEL_MASTER")
    sentinel_user: str = Field("", alias="HEADCOUNT_SENTINEL_USER")
    sentinel_password: str = Field("", alias="HEADCOUNT_SENTINEL_PASSWORD", repr=False)
    workers: Modules = Field((), alias="HEADCOUNT_WORKERS")
    concurrency: int = Field(8, ge=1, le=1000, alias="HEADCOUNT_CONCURRENCY")
    prefetch: int = Field(1, ge=1, le=1000, alias="HEADCOUNT_PREFETCH")
    queues: Queues = Field(QUEUE_NAMES, alias="HEADCOUNT_QUEUES")
    host: Host = Field(LOOPBACK, alias="HEADCOUNT_HOST")
    http_port: Port = Field(8000, alias="HEADCOUNT_HTTP_PORT")
    metrics_port: int = Field(9808, ge=0, le=65535, alias="HEADCOUNT_METRICS_PORT")
    flower_port: Port = Field(5555, alias="HEADCOUNT_FLOWER_PORT")
    flower_user: str = Field("", alias="HEADCOUNT_FLOWER_USER")
    flower_password: str = Field("", alias="HEADCOUNT_FLOWER_PASSWORD", repr=False)
    prometheus_port: Port = Field(9090, alias="HEADCOUNT_PROMETHEUS_PORT")
    state_dir: Path = Field(Path(".headcount"), alias="HEADCOUNT_STATE_DIR")
    lease_seconds: float = Field(60, ge=3, le=86400, alias="HEADCOUNT_LEASE_SECONDS")
    shutdown_grace_seconds: float = Field(
        30, ge=0, le=86400, alias="HEADCOUNT_SHUTDOWN_GRACE_SECONDS"
    )
    child_memory_mib: int = Field(0, ge=0, le=1048576, alias="HEADCOUNT_CHILD_MEMORY_MIB")
    log_format: LogFormat | None = Field(None, alias="HEADCOUNT_LOG_FORMAT")
    log_level: LogLevel = Field("info", alias="HEADCOUNT_LOG_LEVEL")
    health_url: HttpUrl | None = Field(None, alias="HEADCOUNT_HEALTH_URL", repr=False)
    grafana_url: PageUrl | None = Field(None, alias="HEADCOUNT_GRAFANA_URL", repr=False)
    timezone: Zone = Field(ZoneInfo("UTC"), alias="HEADCOUNT_TIMEZONE")
    canaries: Truth = Field(False, alias="HEADCOUNT_CANARIES")

    # Made of OpenTelemetry's variables, which are not ours to validate.
    _traces: TraceExport | None = PrivateAttr(None)

    @property
    def traces(self) -> TraceExport | None:
        """Return where spans are to be exported to; None if nowhere."""
        return self._traces

    def require_broker(self) -> str:
        """Return the broker's URL.

        Raises:
            SettingsError: it is not set. The command line prints it and exits.
        """
        if self.broker_url is None:
            raise SettingsError(
                "CELERY_BROKER_URL is not set; allowed: a redis://, rediss:// or sentinel:// URL "
                "(only `headcount serve` starts a broker of its own)"
            )
        return self.broker_url

    def sentinel_credentials(self) -> dict[str, str]:
        """Return what the sentinels themselves ask for: any of ``username``, ``password``."""
        given = {"username": self.sentinel_user, "password": self.sentinel_password}
        return {name: value for name, value in given.items() if value}

    def sidecar_health_url(self) -> str:
        """Return what HealthCheckWorker asks: the setting, else this machine's sidecar."""
        host = self.local_host()
        bracketed = f"[{host}]" if ":" in host else host
        return self.health_url or f"http://{bracketed}:{self.http_port}/health"

    def local_host(self) -> str:
        """Return an address at which this machine's own listeners answer."""
        return LOOPBACK if self.host in ("0.0.0.0", "::", "") else self.host

    @property
    def flower_is_protected(self) -> bool:
        """Whether Flower asks for a user and a password; otherwise it is for this machine only."""
        return bool(self.flower_user and self.flower_password)

    def flower_host(self) -> str:
        """Return an address at which this machine's Flower answers."""
        return self.local_host() if self.flower_is_protected else LOOPBACK


def load_settings(environ: Mapping[str, str]) -> Settings:
    """Read and validate the settings in ``environ`` (usually ``os.environ``).

    An empty variable counts as unset.

    Raises:
        SettingsError: a value is not allowed; one line per wrong variable, each naming the
            variable, the value and what is allowed. The command line prints it and exits.
    """
    names = {str(field.alias) for field in Settings.model_fields.values()}
    given = {name: environ[name].strip() for name in names if environ.get(name, "").strip()}
    try:
        settings = Settings.model_validate(given)
    except ValidationError as error:
        raise SettingsError("\n".join(_explain(dict(one)) for one in error.errors())) from None
    settings._traces = trace_export(environ)
    return settings


_MAY_HOLD_PASSWORD = (
    "CELERY_BROKER_URL",
    "CELERY_RESULT_BACKEND",
    "HEADCOUNT_HEALTH_URL",
    "HEADCOUNT_GRAFANA_URL",
)

_PASSWORD = re.compile(r"^.*(?=@)|(?<=:)(?!//|\d{1,5}(?:[/;]|$)).*|[?=].*", re.DOTALL)
"""Whatever comes before a host, after a colon and is no port, or is a query."""


def _explain(error: Mapping[str, Any]) -> str:
    """Turn one of pydantic's errors into one line: variable, value, what is allowed."""
    name, value = str(error["loc"][0]), str(error["input"])
    if name in _MAY_HOLD_PASSWORD:
        value = _PASSWORD.sub("…", value)
    return f"{name}={value!r} is wrong; allowed: {_allowed(error)}"


def _allowed(error: Mapping[str, Any]) -> str:
    name = str(error["loc"][0])
    if error["type"] == "literal_error":
        return str(error["ctx"]["expected"])
    if error["type"] == "value_error":
        return str(error["ctx"]["error"])
    bounds = BOUNDS.get(name)
    kind = "a number" if name.endswith("_SECONDS") else "a whole number"
    return f"{kind} from {bounds[0]} to {bounds[1]}" if bounds else str(error["msg"])


def _bounds() -> dict[str, tuple[float, float]]:
    """Return variable name -> (least, most) for every field that has both."""
    found = {}
    for field in Settings.model_fields.values():
        limits = {type(one).__name__: one for one in _constraints(field)}
        if "Ge" in limits and "Le" in limits:
            found[str(field.alias)] = (limits["Ge"].ge, limits["Le"].le)
    return found


def _constraints(field: FieldInfo) -> list[Any]:
    return [inner for one in field.metadata for inner in getattr(one, "metadata", None) or [one]]


BOUNDS = _bounds()
