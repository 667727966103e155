"""A publishing process's way to the broker, kept open from one job to the next."""

import os
import time
from collections.abc import Iterable

import redis

from service.broker.connection import CONNECT_TIMEOUT_SECONDS, connect
from service.broker.publishing import Publication, publish, publish_many
from service.settings import Settings

MOST_CONNECTIONS = 10_000
"""One for each thread that publishes at the same moment; how many there are is not ours to say."""

AGAIN_SECONDS = 0.1


class Publisher:
    """Publishes jobs. Threads may share it; in a forked child it connects anew."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._connected_by = 0
        self._client: redis.Redis

    def publish(self, job: Publication) -> None:
        """Enqueue one message. Raises as ``service.broker.publishing.publish``."""
        publish(self._connected(), job)

    def publish_many(self, queue: str, messages: Iterable[bytes]) -> None:
        """Enqueue messages of new jobs, 1,000 in a round trip.

        Raises as ``service.broker.publishing.publish_many``.
        """
        publish_many(self._connected(), queue, messages)

    def _connected(self) -> "redis.Redis":
        """Return this process's own client.

        redis-py would renew its parent's, but waits there for a lock that another thread of the
        parent may have held at the fork.
        """
        if self._connected_by != os.getpid():
            client = connect(self._settings, most_connections=MOST_CONNECTIONS)
            _ride_out_a_restart(client)
            self._client, self._connected_by = client, os.getpid()
        return self._client


def _ride_out_a_restart(client: "redis.Redis") -> None:
    """Wait a little for somebody to listen: a program that has just begun can afford it.

    Raises:
        redis.RedisError: nobody did, or the broker refused.
    """
    deadline = time.monotonic() + CONNECT_TIMEOUT_SECONDS
    while True:
        try:
            client.ping()
        except redis.ConnectionError:
            if time.monotonic() >= deadline:
                raise
            time.sleep(AGAIN_SECONDS)
        else:
            return
