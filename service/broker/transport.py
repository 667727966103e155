"""The kombu transport that Celery is configured with, and its place in the event loop."""

import threading
import time
from collections.abc import Callable
from queue import Empty
from typing import Any

from kombu.transport import redis as kombu_redis

from service.broker.channel import LeasedChannel, LeasedSentinelChannel
from service.broker.intake import Intake
from service.broker.wire import receive_arrived

LISTEN_SECONDS = 1.0  # between looks at whether remote control is listened to
LISTEN_AGAIN_SECONDS = 0.5  # after its connection broke
SUBSCRIPTION_CHECK_SECONDS = 25


class Poller(kombu_redis.MultiChannelPoller):
    """Watches the intake's sockets, and remote control's as kombu does.

    A broken remote control connection is set up again without Celery noticing: a restart of
    its consumer would throw away jobs that wait for a slot.
    """

    def __init__(self) -> None:
        super().__init__()
        self.intake: Intake | None = None
        self._watched = set[int]()
        self.in_event_loop = False
        self._listen_at = 0.0
        self.wake: Callable[[], None] = lambda: None

    @property
    def fds(self) -> dict[int, Any]:
        """Return every file descriptor to watch."""
        intake = self.intake.line.readers if self.intake is not None else {}
        return {**self._fd_to_chan, **intake}

    def on_poll_start(self) -> None:
        """Say what there is to say to the broker, before waiting."""
        if time.monotonic() >= self._listen_at:
            self._listen()
        if self.intake is not None:
            self.intake.tick()
        if not self.in_event_loop:
            self._watch()

    def on_readable(self, fileno: int) -> bool:
        """Read from a socket that has something; return whether anything may have come of it."""
        handler = self.intake.line.readers.get(fileno) if self.intake is not None else None
        if handler is not None:
            handler()
            return True
        return fileno in self._fd_to_chan and self._receive(fileno)

    def handle_event(self, fileno: int, event: int) -> Any:
        """Handle one event of kombu's own loop (pools without the hub, remote control's callers).

        Saying that something came when nothing did would keep a caller waiting for ever: its
        time begins anew with each answer.
        """
        return self.on_readable(fileno) or None

    def _watch(self) -> None:
        """Register the intake's sockets with kombu's own loop (pools without the hub)."""
        wanted = self.intake.line.readers if self.intake is not None else {}
        for fileno in wanted.keys() - self._watched:
            self.poller.register(fileno, self.eventflags)
            self._watched.add(fileno)

    def unwatch(self, fileno: int) -> None:
        """Stop watching a socket of the intake's, which is about to be closed."""
        if self.in_event_loop:
            self._unregister_from_poll(fileno)
        elif fileno in self._watched:
            self._watched.discard(fileno)
            self.poller.unregister(fileno)

    def maybe_restore_messages(self) -> None:
        """Do nothing: the keeper sweeps expired leases."""

    # -- remote control

    def _listen(self) -> None:
        self._listen_at = time.monotonic() + (LISTEN_SECONDS if self.in_event_loop else 0)
        for channel in self._channels:
            try:
                if channel.active_queues:
                    self._register_BRPOP(channel)
                if channel.active_fanout_queues:
                    self._register_LISTEN(channel)
            except (*channel.connection_errors, OSError):
                self._listen_at = time.monotonic() + LISTEN_AGAIN_SECONDS

    def _receive(self, fileno: int) -> bool:
        self._listen_at = 0.0  # whatever comes, the next is to be listened for
        channel, kind = self._fd_to_chan[fileno]
        client = channel.subclient if kind == "LISTEN" else channel.client
        try:
            # First, because redis-py's PubSub waits for the rest of a message, and reconnects by
            # itself while parsing: both would block the loop.
            return receive_arrived(client.connection) and bool(channel.handlers[kind]())
        except (BlockingIOError, Empty):
            return False
        except (*channel.connection_errors, OSError, AttributeError):
            self._drop(fileno, channel, client)
            return False

    def _drop(self, fileno: int, channel: Any, client: Any) -> None:
        self._unregister_from_poll(fileno)
        self._fd_to_chan.pop(fileno, None)
        channel._in_listen = None
        client.connection.disconnect()
        self._listen_at = time.monotonic() + LISTEN_AGAIN_SECONDS

    def forget_connection(self, connection: Any, loop: Any) -> None:
        """Stop watching a remote control connection that redis-py has closed."""
        for key in list(self._chan_to_sock):
            channel, client, kind = key
            if client.connection is connection:
                del self._chan_to_sock[key]
                for fileno, watched in list(self._fd_to_chan.items()):
                    if watched == (channel, kind):
                        loop.remove(fileno)
                        del self._fd_to_chan[fileno]


class Transport(kombu_redis.Transport):
    """Redis with leases, for ``redis://`` and ``rediss://`` URLs."""

    Channel = LeasedChannel

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.cycle = Poller()

    def attach(self, intake: Intake) -> None:
        """Make ``intake`` the one whose sockets are watched."""
        self.cycle.intake = intake
        intake.in_event_loop = self.cycle.in_event_loop
        intake.line.unwatch = self.cycle.unwatch
        intake.wake = self.cycle.wake

    def register_with_event_loop(self, connection: Any, loop: Any) -> None:
        """Join Celery's event loop; called whenever its consumer starts."""
        cycle, on_readable = self.cycle, self.cycle.on_readable
        cycle.in_event_loop, cycle.poller = True, loop.poller
        cycle._unregister_from_poll = loop.remove_reader
        cycle._on_connection_disconnect = lambda gone: cycle.forget_connection(gone, loop)

        def on_tick() -> None:
            cycle.on_poll_start()
            for fileno in cycle.fds:
                # Each turn: the pool adds and removes its children's descriptors by number,
                # and the number may be one of ours by now.
                if loop.readers.get(fileno, (None,))[0] is not on_readable:
                    loop.add_reader(fileno, on_readable, fileno)

        def wake() -> None:
            if threading.get_ident() != loop_thread:  # as where jobs are performed in threads
                loop.call_soon(lambda: None)

        loop_thread, cycle.wake = threading.get_ident(), wake
        loop.on_tick.add(on_tick)
        loop.call_repeatedly(SUBSCRIPTION_CHECK_SECONDS, cycle.maybe_check_subclient_health)


class SentinelTransport(Transport):
    """The same for ``sentinel://`` URLs."""

    default_port = 26379
    Channel = LeasedSentinelChannel
