"""Connections to the broker for everything that is not the transport: reads, reports, tools.

Every connection has timeouts, so that a frozen broker never blocks a caller for ever, and
none retries by itself, so that every command is sent once.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit

import redis
from redis.backoff import NoBackoff
from redis.retry import Retry
from redis.sentinel import Sentinel

from service.broker.leading import LeadingConnection, LeadingSSLConnection
from service.broker_address import BrokerAddress, broker_address
from service.errors import BrokerError
from service.settings import Settings

CONNECT_TIMEOUT_SECONDS = 2.0
SOCKET_TIMEOUT_SECONDS = 3.0

MOST_CONNECTIONS = 100
"""Of one client: as many threads may use it at the same moment."""

SENTINEL_TIMEOUT_SECONDS = 0.5
"""For one sentinel to answer: they are asked in turn, and the event loop waits meanwhile."""


def connect(
    settings: Settings,
    socket_timeout_seconds: float = SOCKET_TIMEOUT_SECONDS,
    most_connections: int = MOST_CONNECTIONS,
) -> "redis.Redis":
    """Return a client for the broker that is set; nothing is sent before its first command."""
    address = broker_address(settings.require_broker())
    options: dict[str, Any] = {
        "username": address.username,
        "password": address.password,
        "db": address.database,
        "socket_timeout": socket_timeout_seconds,
        "socket_connect_timeout": min(CONNECT_TIMEOUT_SECONDS, socket_timeout_seconds),
        "retry": never_retry(),
        "max_connections": most_connections,
        **_tls_options(address),
    }
    if not address.behind_sentinels:
        host, port = address.hosts[0]
        return redis.Redis(host=host, port=port, **options)
    asked = sentinel_options(address, settings.sentinel_credentials())
    sentinels = Sentinel(address.hosts, sentinel_kwargs=asked)
    options["connection_class"] = LeadingSSLConnection if address.tls else LeadingConnection
    options.pop("ssl", None)  # which says the same
    client: redis.Redis = sentinels.master_for(settings.sentinel_master, **options)
    return client


def never_retry() -> Retry:
    """Return the policy that sends every command once: a retried write could count twice."""
    return Retry(NoBackoff(), 0)


def sentinel_options(address: BrokerAddress, credentials: Mapping[str, str]) -> dict[str, Any]:
    """Return how sentinels are connected to: with TLS where the broker is."""
    return {
        "socket_timeout": SENTINEL_TIMEOUT_SECONDS,
        "socket_connect_timeout": SENTINEL_TIMEOUT_SECONDS,
        "retry": never_retry(),
        **credentials,
        **_tls_options(address),
    }


def _tls_options(address: BrokerAddress) -> dict[str, Any]:
    return {"ssl": True, **address.tls} if address.tls else {}


def describe(error: BaseException, url: str) -> str:
    """Return one line about a failed command: where, and what went wrong; never the password."""
    return f"{without_passwords(url)}: {str(error) or type(error).__name__}"


def without_passwords(url: str) -> str:
    """Return a URL, or several of sentinels, without user, password and options."""
    return ";".join(_without_password(part) for part in url.split(";"))


def _without_password(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc.rsplit('@', 1)[-1]}{parts.path}"


@contextmanager
def broker_errors(url: str) -> Iterator[None]:
    """Turn whatever a client raises into one exception.

    Raises:
        BrokerError: names the broker and the reason.
    """
    try:
        yield
    except (redis.RedisError, OSError) as error:
        raise BrokerError(describe(error, url)) from error
