"""The environment, read once and validated. Nothing else in Headcount reads a variable.

Variables that begin with ``HEADCOUNT_`` but are not listed here are left alone: Kubernetes
itself injects such names for a Service called ``headcount``.
"""

import re
from collections.abc import Mapping, Sequence
from ipaddress import ip_address
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import SplitResult, urlsplit
from zoneinfo import ZoneInfo, available_timezones

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, PrivateAttr, ValidationError
from pydantic.fields import FieldInfo

from service.broker_address import broker_address
from service.errors import SettingsError
from service.queues import QUEUE_NAMES
from service.trace_export import TraceExport, trace_export

BROKER_SCHEMES = ("redis", "rediss", "sentinel")


def _broker_url(value: str) -> str:
    # A list of sentinels is separated by semicolons; each part is a URL of its own.
    for part in value.split(";"):
        url = _url(part, BROKER_SCHEMES, "a redis://, rediss:// or sentinel:// URL with a host")
        if not re.fullmatch(r"[0-9]*", url.path.strip("/"), re.ASCII):
            raise ValueError("a URL whose path is a database number, such as /0")
    broker_address(value)
    return value


def _http_url(value: str) -> str:
    _url(value, ("http", "https"), "an http:// or https:// URL with a host")
    return value


def _url(value: str, schemes: Sequence[str], allowed: str) -> SplitResult:
    try:
        url = urlsplit(value)
        fits = url.scheme in schemes and _is_host(url.hostname or "")
    except ValueError:  # brackets without an IPv6 address in them
        fits = False
    if not fits:
        raise ValueError(allowed)
    try:
        port = url.port
    except ValueError:
        port = 0
    if port == 0:
        raise ValueError("a URL whose port is a number from 1 to 65535")
    return url


def _host(value: str) -> str:
    if not _is_host(value):
        raise ValueError("an IP address or a host name, such as 127.0.0.1, 0.0.0.0 or ::")
    return value


def _is_host(value: str) -> bool:
    try:
        ip_address(value)
    except ValueError:
        return re.fullmatch(r"[\w.-]{1,253}", value, re.ASCII) is not None
    return True


def _modules(value: str) -> tuple[str, ...]:
    names = tuple(name.strip() for name in value.split(",") if name.strip())
    if not all(part.isidentifier() for name in names for part in name.split(".")):
        raise ValueError("importable module names, comma separated")
    return names


def _queues(value: str) -> tuple[str, ...]:
    names = [name.strip() for name in value.split(",") if name.strip()]
    if not names or set(names) - set(QUEUE_NAMES) or len(set(names)) < len(names):
        raise ValueError(f"some of {','.join(QUEUE_NAMES)}, each once, comma separated")
    # Priority is a property of the queues, not of the order someone typed them in.
    return tuple(name for name in QUEUE_NAMES if name in names)


def _timezone(value: str) -> ZoneInfo:
    if value not in available_timezones():
        raise ValueError("a name of the IANA time zone database, such as UTC or Europe/Berlin")
    return ZoneInfo(value)


def _truth(value: str) -> bool:
    if value.lower() not in ("true", "false"):
        raise ValueError("true or false")
    return value.lower() == "true"


def _lower(value: object) -> object:
    return value.lower() if isinstance(value, str) else value


Port = Annotated[int, Field(ge=1, le=65535)]
BrokerUrl = Annotated[str, BeforeValidator(_broker_url)]


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
    workers: Annotated[tuple[str, ...], BeforeValidator(_modules)] = Field(
        (), alias="HEADCOUNT_WORKERS"
    )
    concurrency: int = Field(8, ge=1, le=1000, alias="HEADCOUNT_CONCURRENCY")
    prefetch: int = Field(1, ge=1, le=1000, alias="HEADCOUNT_PREFETCH")
    queues: Annotated[tuple[str, ...], BeforeValidator(_queues)] = Field(
        QUEUE_NAMES, alias="HEADCOUNT_QUEUES"
    )
    host: Annotated[str, BeforeValidator(_host)] = Field("127.0.0.1", alias="HEADCOUNT_HOST")
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
    log_format: Annotated[Literal["json", "console"], BeforeValidator(_lower)] | None = Field(
        None, alias="HEADCOUNT_LOG_FORMAT"
    )
    log_level: Annotated[
        Literal["debug", "info", "warning", "error", "critical"], BeforeValidator(_lower)
    ] = Field("info", alias="HEADCOUNT_LOG_LEVEL")
    health_url: Annotated[str, BeforeValidator(_http_url)] | None = Field(
        None, alias="HEADCOUNT_HEALTH_URL", repr=False
    )
    timezone: Annotated[ZoneInfo, BeforeValidator(_timezone)] = Field(
        ZoneInfo("UTC"), alias="HEADCOUNT_TIMEZONE"
    )
    canaries: Annotated[bool, BeforeValidator(_truth)] = Field(False, alias="HEADCOUNT_CANARIES")

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
        return "127.0.0.1" if self.host in ("0.0.0.0", "::", "") else self.host


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


_MAY_HOLD_PASSWORD = ("CELERY_BROKER_URL", "CELERY_RESULT_BACKEND", "HEADCOUNT_HEALTH_URL")

_PASSWORD = re.compile(r"^.*(?=@)|(?<=//):.*|\?.*", re.DOTALL)
"""Whatever comes before a host, looks as if it should, or is a query."""


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
