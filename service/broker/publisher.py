"""A publishing process's way to the broker, kept open from one job to the next."""

import os
from collections.abc import Iterable

import redis

from service.broker.connection import connect
from service.broker.publishing import Publication, publish, publish_many
from service.settings import Settings


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

        Raises:
            redis.RedisError: the broker did not take all of them.
        """
        publish_many(self._connected(), queue, messages)

    def _connected(self) -> "redis.Redis":
        """Return this process's own client.

        redis-py would renew its parent's, but waits there for a lock that another thread of the
        parent may have held at the fork.
        """
        if self._connected_by != os.getpid():
            self._client = connect(self._settings)
            self._connected_by = os.getpid()
        return self._client
