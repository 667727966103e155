"""What a setting may be: each type turns a variable's text into a value, or says what is allowed.

Which variables there are is ``settings.py``'s.
"""

import re
from collections.abc import Sequence
from ipaddress import ip_address
from typing import Annotated, Literal
from urllib.parse import SplitResult, urlsplit
from zoneinfo import ZoneInfo, available_timezones

from pydantic import BeforeValidator, Field

from service.broker_address import broker_address
from service.queues import QUEUE_NAMES

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


def _page_url(value: str) -> str:
    if "@" in urlsplit(_http_url(value)).netloc:
        raise ValueError("a URL without user and password: whoever sees the status page sees it")
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
HttpUrl = Annotated[str, BeforeValidator(_http_url)]
PageUrl = Annotated[str, BeforeValidator(_page_url)]
Host = Annotated[str, BeforeValidator(_host)]
Modules = Annotated[tuple[str, ...], BeforeValidator(_modules)]
Queues = Annotated[tuple[str, ...], BeforeValidator(_queues)]
Zone = Annotated[ZoneInfo, BeforeValidator(_timezone)]
Truth = Annotated[bool, BeforeValidator(_truth)]
LogFormat = Annotated[Literal["json", "console"], BeforeValidator(_lower)]
LogLevel = Annotated[
    Literal["debug", "info", "warning", "error", "critical"], BeforeValidator(_lower)
]
