"""What a broker URL says, understood in one place: whoever connects has to understand the same.

Owns which options a URL may have. Opens no connection.
"""

import ssl
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, quote, unquote, urlsplit

SENTINEL_PORT = 26379
REDIS_PORT = 6379

TLS_FILES = ("ssl_ca_certs", "ssl_certfile", "ssl_keyfile")

_TLS_CHOICES: Mapping[str, Mapping[str, Any]] = {
    "ssl_cert_reqs": {
        **{"required": ssl.CERT_REQUIRED, "none": ssl.CERT_NONE, "optional": ssl.CERT_OPTIONAL},
        # As Celery's own documentation writes them.
        **{mode.name: mode for mode in ssl.VerifyMode},
    },
    "ssl_check_hostname": {"true": True, "false": False},
}


@dataclass(frozen=True, slots=True)
class BrokerAddress:
    """One broker: where it or its sentinels are, who asks, and for which database.

    ``tls`` holds redis-py's ``ssl_…`` options; without TLS it is empty.
    """

    scheme: str
    hosts: tuple[tuple[str, int], ...]
    username: str | None
    password: str | None = field(repr=False)
    database: int
    tls: Mapping[str, Any]

    @property
    def behind_sentinels(self) -> bool:
        """Return whether sentinels have to be asked who the broker is."""
        return self.scheme == "sentinel"

    def urls(self) -> list[str]:
        """Return a URL per host, password included and options left out."""
        user, password = (quote(one or "", safe="") for one in (self.username, self.password))
        credentials = f"{user}:{password}@" if user or password else ""
        places = [(f"[{host}]" if ":" in host else host, port) for host, port in self.hosts]
        return [
            f"{self.scheme}://{credentials}{host}:{port}/{self.database}" for host, port in places
        ]


def broker_address(url: str) -> BrokerAddress:
    """Understand ``url``; several sentinels are separated by semicolons.

    User, password, database and options may stand in any part, once is enough.

    Raises:
        ValueError: says what is allowed instead.
    """
    parts = [urlsplit(part) for part in url.split(";")]
    scheme = parts[0].scheme
    if {part.scheme for part in parts} != {scheme} or (len(parts) > 1 and scheme != "sentinel"):
        raise ValueError("one URL, or sentinel:// URLs separated by semicolons")
    port = SENTINEL_PORT if scheme == "sentinel" else REDIS_PORT
    return BrokerAddress(
        scheme=scheme,
        hosts=tuple((part.hostname or "localhost", part.port or port) for part in parts),
        username=next((unquote(part.username) for part in parts if part.username), None),
        password=next((unquote(part.password) for part in parts if part.password), None),
        database=next((int(path) for part in parts if (path := part.path.strip("/"))), 0),
        tls=_tls(scheme, dict(pair for part in parts for pair in _options(part.query))),
    )


def _options(query: str) -> list[tuple[str, str]]:
    return parse_qsl(query, keep_blank_values=True)


def _tls(scheme: str, options: Mapping[str, str]) -> dict[str, Any]:
    """Return what the options say; certificates are checked unless told otherwise."""
    if options and scheme == "redis":
        raise ValueError("rediss:// for a broker with TLS, and no options after ? in redis://")
    if not options and scheme != "rediss":
        return {}
    given = {name: _tls_option(name, value) for name, value in options.items()}
    return {"ssl_cert_reqs": ssl.CERT_REQUIRED, "ssl_check_hostname": True, **given}


def _tls_option(name: str, value: str) -> Any:
    if name in TLS_FILES:
        if "\0" in value or not Path(value).is_file():
            raise ValueError(f"an {name} that names a file")
        return value
    if name not in _TLS_CHOICES:
        raise ValueError(f"options after ? named {', '.join((*TLS_FILES, *_TLS_CHOICES))}")
    choices = _TLS_CHOICES[name]
    if value not in choices:
        raise ValueError(f"{name} being one of {', '.join(choices)}")
    return choices[value]
