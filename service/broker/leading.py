"""Connections behind Sentinel: what is answered late is believed only of the broker that leads.

One that hangs until another leads does not know that when it goes on: it does what it was asked
meanwhile, and says so. All of that is gone once it follows, so whoever asked asks the other.
"""

import time
from typing import Any

import redis
from redis.sentinel import SentinelManagedConnection

LATE_SECONDS = 1.0
"""Sentinels take longer to let another lead."""

ALONE = "NOREPLICAS"
"""How a broker refuses writes that its replicas have left, perhaps for another."""


class LeadingConnection(SentinelManagedConnection):
    """A connection to the broker that leads."""

    def read_response(self, *args: Any, **options: Any) -> Any:
        """Read a reply.

        Raises:
            redis.ConnectionError: it came late or refuses writes, and another leads; besides what
                redis-py raises.
        """
        asked_at = time.monotonic()
        try:
            reply = super().read_response(*args, **options)
        except redis.ResponseError as error:
            if str(error).startswith(ALONE):
                self.expect_to_lead()
            raise
        if time.monotonic() - asked_at >= LATE_SECONDS:
            self.expect_to_lead()
        return reply

    def expect_to_lead(self) -> None:
        """Ask the sentinels who leads.

        Raises:
            redis.ConnectionError: not the one at the other end, or nobody can say.
        """
        leads = self.connection_pool.get_master_address()
        if leads != (self.host, self.port):
            self.disconnect()
            raise redis.ConnectionError("another broker leads by now")


class LeadingSSLConnection(LeadingConnection, redis.SSLConnection):
    """The same with TLS."""
