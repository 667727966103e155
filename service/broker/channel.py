"""kombu's side of the transport: publishing into the scripts, consuming from the intake.

Only jobs in the three queues go through the scripts. Everything else that Celery sends (remote
control, its replies, events) is kombu's own, unchanged.
"""

import logging
from collections.abc import Sequence
from typing import Any

from kombu.transport import redis as kombu_redis
from kombu.transport import virtual
from redis.exceptions import NoPermissionError, ResponseError
from redis.sentinel import Sentinel, SentinelConnectionPool

from service.broker import keys
from service.broker.connection import never_retry
from service.broker.delivery import JobMessage
from service.broker.intake import Intake
from service.broker.leading import LeadingConnection, LeadingSSLConnection
from service.broker.lease import End, State, queue_of
from service.broker.outbox import Outbox
from service.broker.publishing import publish_message
from service.broker.scripts import PURGE
from service.queues import QUEUE_NAMES

logger = logging.getLogger("headcount.broker")

PURGE_AT_ONCE = 1000


class QoS(virtual.QoS):
    """Leases are the intake's; only messages that are not jobs are kept here."""

    restore_at_shutdown = False  # a lease ends by an end or by silence, never by closing

    def can_consume(self) -> bool:
        """Return True: how many jobs may be held is decided where they are asked for."""
        return True

    def append(self, message: Any, delivery_tag: str) -> None:
        """Keep a message that is not leased."""
        if not self._leased(delivery_tag):
            super().append(message, delivery_tag)

    def ack(self, delivery_tag: str) -> None:
        """Acknowledge without an outcome: whoever consumed it is content."""
        if self._leased(delivery_tag):
            self._end(delivery_tag, "succeeded")
        else:
            super().ack(delivery_tag)

    def reject(self, delivery_tag: str, requeue: bool = False) -> None:
        """Reject without an outcome."""
        if self._leased(delivery_tag):
            self._end(delivery_tag, "released" if requeue else "discarded")
        else:
            super().reject(delivery_tag, requeue)

    def _leased(self, tag: str) -> bool:
        return self.channel.intake is not None and self.channel.intake.issued(tag)

    def _end(self, tag: str, state: State) -> None:
        self.channel.intake.finish(End(tag, queue_of(tag), state))


class LeasedChannel(kombu_redis.Channel):
    """A kombu Redis channel on which every job is in exactly one place."""

    QoS = QoS
    Message = JobMessage
    body_encoding = "utf-8"  # JSON inside JSON; base64 would hide it and cost a third more

    from_transport_options = (*kombu_redis.Channel.from_transport_options, "jobs_per_slot")

    jobs_per_slot = 1
    _commands: Any = None
    intake: Intake | None = None

    # -- publishing

    def _put(self, queue: str, message: dict[str, Any], **options: Any) -> None:
        headers = message.get("headers") or {}
        if queue not in QUEUE_NAMES or "task" not in headers:
            super()._put(queue, message, **options)
            return
        publish_message(self._create_client(), queue, message)

    def encode_body(self, body: Any, encoding: str | None = None) -> Any:
        """Encode bytes, which a compressed body is, as base64; text stays readable."""
        return super().encode_body(body, "base64" if isinstance(body, bytes) else encoding)

    def _purge(self, queue: str) -> int:
        purged = 0
        while n := PURGE(self._create_client(), (queue, keys.LEDGER), (queue, PURGE_AT_ONCE)):
            purged += n
        return purged

    # -- consuming

    def basic_consume(self, queue: str, *args: Any, **kwargs: Any) -> Any:
        """Consume from a queue; job queues are consumed through the intake."""
        consumer_tag = super().basic_consume(queue, *args, **kwargs)
        if queue in QUEUE_NAMES:
            self._start_intake().consume(self.job_queues)
        return consumer_tag

    def _basic_cancel(self, consumer_tag: str) -> Any:
        answer = super()._basic_cancel(consumer_tag)
        if self.intake is not None:
            self.intake.consume(self.job_queues)
        return answer

    @property
    def job_queues(self) -> list[str]:
        """Return the job queues consumed from, the most urgent first."""
        return [name for name in QUEUE_NAMES if name in self._active_queues]

    @property
    def active_queues(self) -> list[str]:
        """Return the other queues consumed from, which kombu pops by itself."""
        return [name for name in super().active_queues if name not in QUEUE_NAMES]

    def _start_intake(self) -> Intake:
        if self.intake is None:
            outbox = Outbox(self._create_client())
            self.intake = Intake(
                self._get_pool(), outbox, self._hand_over, self._capacity, self.jobs_per_slot
            )
            kombu_redis.register_after_fork(self.intake, Intake.forget)
            self.connection.attach(self.intake)
        return self.intake

    def _hand_over(self, queue: str, payload: dict[str, Any]) -> None:
        self.connection._deliver(payload, queue)

    def _capacity(self) -> int:
        return int(self.qos.prefetch_count)

    def close(self) -> None:
        """Close; leases still held stay held, renewed, and end one by one."""
        if self.intake is not None and not self.closed:
            self.intake.stop()
        super().close()

    def _queue_bind(self, exchange: str, *routing: Any) -> None:
        """Bind a queue; a broker that refuses writes keeps no worker from listening to all.

        What is sent to all is published, whatever is bound, and kombu binds again every so often.
        """
        try:
            super()._queue_bind(exchange, *routing)
        except NoPermissionError:
            raise
        except ResponseError as error:
            if self.typeof(exchange).type != "fanout":
                raise
            logger.warning("binding waits for the broker: %s", error)

    # -- connections

    def _create_client(self, asynchronous: bool = False) -> Any:
        """Return one client for all commands; kombu would build a new one for each."""
        if asynchronous:
            return super()._create_client(True)
        if self._commands is None or self._commands.connection_pool is not self.pool:
            self._commands = super()._create_client()
        return self._commands

    def _connparams(self, asynchronous: bool = False) -> dict[str, Any]:
        return dict(super()._connparams(asynchronous)) | {"retry": never_retry()}


class LeasedSentinelChannel(LeasedChannel, kombu_redis.SentinelChannel):
    """The same behind Redis Sentinel: ``sentinels`` are all of them, as (host, port)."""

    from_transport_options = (
        *LeasedChannel.from_transport_options,
        *kombu_redis.SentinelChannel.from_transport_options,
        "sentinels",
    )

    connection_class = LeadingConnection
    connection_class_ssl = LeadingSSLConnection

    sentinels: Sequence[tuple[str, int]] = ()

    def _sentinel_managed_pool(self, asynchronous: bool = False) -> Any:
        """Return the pool of connections to whoever is master; kombu reads the URLs instead."""
        options = self._connparams(asynchronous)
        for name in ("host", "port"):
            del options[name]
        manager = Sentinel(self.sentinels, sentinel_kwargs=self.sentinel_kwargs)
        # kombu closes their connections to the sentinels with the channel.
        setattr(self, "_async_sentinel_manager" if asynchronous else "_sentinel_manager", manager)
        return SentinelConnectionPool(self.master_name, manager, **options)
