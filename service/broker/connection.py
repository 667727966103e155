"""Connections to the broker for everything that is not the transport: reads, reports, tools.

Every connection has timeouts, so that a frozen broker never blocks a caller for ever, and
none retries by itself, so that every command is sent once.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

import redis
from redis.backoff import NoBackoff
from redis.retry import Retry
from redis.sentinel import Sentinel

from service.errors import BrokerError

CONNECT_TIMEOUT_SECONDS = 2.0
SOCKET_TIMEOUT_SECONDS = 3.0


def connect(
    url: str, sentinel_master: str, socket_timeout_seconds: float = SOCKET_TIMEOUT_SECONDS
) -> "redis.Redis":
    """Return a client for ``url``; nothing is sent before its first command.

    ``sentinel://`` URLs, several separated by semicolons, ask the sentinels for the master
    named ``sentinel_master``.
    """
    options = {
        "socket_timeout": socket_timeout_seconds,
        "socket_connect_timeout": min(CONNECT_TIMEOUT_SECONDS, socket_timeout_seconds),
        "retry": never_retry(),
    }
    if url.startswith("sentinel://"):
        return _behind_sentinels(url, sentinel_master, options)
    return redis.Redis.from_url(url, **options)


def never_retry() -> Retry:
    """Return the policy that sends every command once: a retried write could count twice."""
    return Retry(NoBackoff(), 0)


def _behind_sentinels(url: str, master: str, options: dict[str, object]) -> "redis.Redis":
    parts = [urlsplit(part) for part in url.split(";")]
    first = parts[0]
    sentinels = [(part.hostname, part.port or 26379) for part in parts]
    manager = Sentinel(sentinels, sentinel_kwargs=options)
    client: redis.Redis = manager.master_for(
        master,
        username=first.username,
        password=first.password,
        db=int(first.path.strip("/") or 0),
        **options,
    )
    return client


def describe(error: BaseException, url: str) -> str:
    """Return one line about a failed command: where, and what went wrong; never the password."""
    where = ";".join(_without_password(part) for part in url.split(";"))
    return f"{where}: {str(error) or type(error).__name__}"


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
