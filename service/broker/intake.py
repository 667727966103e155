"""Taking jobs: what this process holds, and the conversation with the broker about it.

One :class:`Intake` per consuming channel. It asks for jobs while there is room, sends back how
leases ended, and waits for work without polling. It has two connections of its own:

* *requests*: finished leases and the next reservation go out together, one request under way
  at a time, so that batches grow with the load by themselves;
* *waiting*: while the queues are dry it blocks on the wake lists.

A broker failure never reaches Celery: running jobs run on, their ends wait in the outbox, an
unanswered reservation is asked for again, and connecting is tried until it works.
"""

import logging
import time
from collections.abc import Callable, Sequence
from typing import Any

import redis
from redis.exceptions import RedisError

from service.broker import keys
from service.broker.delivery import deliveries, open_item
from service.broker.holdings import Holdings
from service.broker.lease import End, Lease
from service.broker.outbox import Outbox
from service.broker.reservation import Request
from service.broker.scripts import FINISH, RESERVE
from service.broker.wire import CLOSED, BrokerSocket

logger = logging.getLogger("headcount.broker")

WAIT_SECONDS = 1  # for work, at most: covers publishers that leave no wake token
REPLY_TIMEOUT_SECONDS = 6.0  # a reply overdue by this much: the connection is dead
RECONNECT_SECONDS = (0.1, 2.0)  # first and longest pause between attempts to connect

BROKEN = (RedisError, OSError)


class Intake:
    """What this process holds of the job queues. ``capacity`` is how many jobs it may hold.

    ``in_event_loop``: :meth:`tick` is called all the time, so ends can wait for the next turn;
    otherwise, and once nothing is consumed any more, they are sent at once. ``unwatch`` is
    called with a socket's file descriptor before it is closed; ``wake`` when a lease has ended,
    perhaps in another thread while the loop waits: it has to turn.
    """

    def __init__(
        self,
        pool: "redis.ConnectionPool",
        outbox: Outbox,
        deliver: Callable[[str, dict[str, Any]], None],
        capacity: Callable[[], int],
    ) -> None:
        self._outbox, self._deliver = outbox, deliver
        self.unwatch: Callable[[int], None] = lambda _fileno: None
        self.wake: Callable[[], None] = lambda: None
        self._requests = BrokerSocket(pool, lambda fileno: self.unwatch(fileno))  # noqa: PLW0108
        self._waiting = BrokerSocket(pool, lambda fileno: self.unwatch(fileno))  # noqa: PLW0108
        self._held = Holdings(outbox, capacity)
        self._next, self._queues = 1, tuple[str, ...]()
        self._sent: Request | None = None
        self._unanswered: list[Request] = []
        self._dry, self._pass_on = False, False
        self._lost_it, self._pause, self._not_before = False, RECONNECT_SECONDS[0], 0.0
        self.in_event_loop, self.reconnects, self.ticked_at = False, 0, time.monotonic()

    # -- what it holds

    def tags(self) -> list[str]:
        """Return the tags to renew: what is held, what has ended unheard, what may be ours."""
        sent = self._sent.ends if self._sent else []
        asked = [tag for lost in list(self._unanswered) for tag, _ in lost.possible_tags()]
        return [*self._held.tags(), *self._outbox.tags(), *[end.tag for end in sent], *asked]

    def issued(self, tag: str) -> bool:
        """Return whether this delivery tag is a lease's, held or not."""
        return self._held.issued(tag)

    def finish(self, end: End) -> None:
        """End a lease; the second end of one lease is ignored."""
        if not self._held.end(end):
            return
        if self.in_event_loop and self._queues:
            self.wake()
        else:
            self._outbox.flush()

    def release_all(self) -> int:
        """Give every lease back to the head of its queue now; return how many."""
        released = self._held.release(self._held.tags())
        self._outbox.flush()
        return released

    @property
    def asking(self) -> bool:
        """Return whether a reply is due that may bring jobs."""
        return self._sent is not None and self._sent.asks

    def consume(self, queues: Sequence[str]) -> None:
        """Take jobs from these queues from now on, in this order; none: take no more."""
        self._queues, self._dry = tuple(queues), False

    # -- the loop

    def sockets(self) -> dict[int, Callable[[], None]]:
        """Return file descriptor -> what to call when it is readable."""
        handlers = ((self._requests, self._on_reply), (self._waiting, self._on_wake))
        return {sock.fileno: handler for sock, handler in handlers if sock.fileno is not None}

    def tick(self) -> None:
        """Say what there is to say; called once per turn of the event loop, before it polls."""
        self.ticked_at = now = time.monotonic()
        if now < self._not_before or not (self._queues or self._outbox):
            return
        try:
            self._ensure_connected()
            self._requests.expect_reply(now, REPLY_TIMEOUT_SECONDS)
            self._waiting.expect_reply(now, REPLY_TIMEOUT_SECONDS + WAIT_SECONDS)
            if self._sent is None:
                self._ask(self._room())
        except BROKEN as error:
            self._lost(error)

    def _room(self) -> int:
        return self._held.room() if self._queues else 0

    def _ask(self, room: int) -> None:
        if self._outbox or self._pass_on or (room and not self._dry):
            self._send(room)
        elif room and not self._waiting.pending:
            wakes = [keys.wake(queue) for queue in self._queues]
            self._waiting.send(("BLPOP", *wakes, WAIT_SECONDS))

    def _send(self, room: int) -> None:
        """Send what ended and ask for ``room`` jobs, in one round trip."""
        ends = self._outbox.drain()
        asks = self._pass_on or room > 0
        held = len(self._held)
        self._sent = Request(self._held.prefix, ends, asks, room, held, self._next, self._queues)
        self._next, self._pass_on = self._next + room, False
        self._requests.send(*self._sent.commands())

    def _on_reply(self) -> None:
        if not self._requests.readable():
            return
        if self._sent is None:
            self._lost(ConnectionError(CLOSED))
        else:
            self._receive_reply(self._sent)

    def _receive_reply(self, sent: Request) -> None:
        try:
            if sent.ends:
                self._requests.receive()
            reply: list[Any] = self._requests.receive() if sent.asks else [0]
        except BROKEN as error:
            return self._lost(error)
        self._sent = None
        suspects_left, items = reply[0], reply[1:]
        if sent.room:
            self._dry = len(items) // 2 < sent.room
        if suspects_left:
            self._held.make_way()
        self._take(sent.leased(items))
        return None

    def _on_wake(self) -> None:
        if not self._waiting.readable():
            return None
        if not self._waiting.pending:
            return self._lost(ConnectionError(CLOSED))
        try:
            token = self._waiting.receive()
        except BROKEN as error:
            return self._lost(error)
        self._dry = False
        # Woken for work there is no room for any more: let the broker wake someone else.
        self._pass_on = token is not None and not self._room()
        return None

    def _take(self, items: Sequence[tuple[str, str, bytes]]) -> None:
        # All are held before the first is performed, which the solo pool does while delivering.
        taken = [(Lease(self.finish, tag, q, deliveries(item)), item) for tag, q, item in items]
        for lease, _ in taken:
            self._held.add(lease)
        for lease, item in taken:
            self._deliver(lease.queue, open_item(item, lease))

    # -- losing and finding the broker

    def _ensure_connected(self) -> None:
        if self._requests.fileno is not None:
            return
        self._requests.connect()
        self._waiting.connect()
        for script in (FINISH, RESERVE):
            self._requests.send(("SCRIPT", "LOAD", script.text))
            self._requests.receive()
        self._dry, self._pause = False, RECONNECT_SECONDS[0]
        self.reconnects, self._lost_it = self.reconnects + self._lost_it, False
        while self._unanswered:
            self._reclaim(self._unanswered[0])
            self._unanswered.pop(0)

    def _lost(self, error: Exception) -> None:
        """Give up the connections, not the leases: everything unsaid is said again later."""
        if not self._lost_it:
            logger.warning("broker lost: %s; %d leases kept", error, len(self._held))
        self._lost_it = True
        self._requests.close()
        self._waiting.close()
        if self._sent is not None:
            self._outbox.put_back(self._sent.ends)
            if self._sent.room:
                self._unanswered.append(self._sent)
            self._sent = None
        self._not_before = time.monotonic() + self._pause
        self._pause = min(2 * self._pause, RECONNECT_SECONDS[1])

    def _reclaim(self, lost: Request) -> None:
        """Take the jobs of a reservation whose reply was lost; its tags are ours to know."""
        asked = lost.possible_tags()
        self._requests.send(("HMGET", keys.UNACKED, *[tag for tag, _ in asked]))
        answers = zip(asked, self._requests.receive(), strict=True)
        self._take([(*one, had[1 : had.rindex(b',"","')]) for one, had in answers if had])

    # -- the end

    def stop(self) -> None:
        """Take no more jobs and leave the loop; leases still held end one by one from now on."""
        self._queues = ()
        if self._sent is not None:
            held = set(self._held.tags())
            self._deliver = lambda _queue, _payload: None
            self._receive_reply(self._sent)
            # Nobody will run what this reply brought.
            self._held.release([tag for tag in self._held.tags() if tag not in held])
        self._requests.close()
        self._waiting.close()
        self._outbox.flush()

    def forget(self) -> None:
        """Drop everything in a forked child: leases, sockets and loop are its parent's."""
        self.unwatch = lambda _fileno: None
        self._requests.close()
        self._waiting.close()
        self._held.forget()
        self._sent, self._queues = None, ()
