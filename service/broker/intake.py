"""Taking jobs: what this process holds, and the conversation with the broker about it.

One :class:`Intake` per consuming channel. It asks for jobs while there is room, sends back how
leases ended, both in one request, one under way at a time, so that batches grow with the load by
themselves. While the queues are dry it waits for work without polling, on a second connection.

A broker failure never reaches Celery: running jobs run on, their ends wait in the outbox, an
unanswered reservation is asked for again, and connecting is tried until it works.
"""

import time
from collections.abc import Callable, Sequence
from typing import Any

import redis
from redis.exceptions import RedisError

from service.broker import keys
from service.broker.delivery import deliveries, leased_item, open_item
from service.broker.holdings import Holdings
from service.broker.lease import End, Lease
from service.broker.line import WAIT_SECONDS, Line
from service.broker.outbox import Outbox
from service.broker.reservation import Request
from service.broker.wire import packed

GATHER_SECONDS = 0.01
"""Ended leases wait so long for others to be sent with; a worker killed then runs them again."""

BROKEN = (RedisError, OSError)


class Intake:
    """What this process holds of the job queues. ``capacity`` is how many jobs it may hold.

    ``in_event_loop``: :meth:`tick` is called all the time, so ends can wait for the next turn;
    otherwise, and once nothing is consumed any more, they are sent at once. ``wake`` is called
    when a lease has ended, perhaps in another thread while the loop waits: it has to turn.
    ``turn_in`` makes it turn after so many seconds.
    """

    def __init__(
        self,
        pool: "redis.ConnectionPool",
        outbox: Outbox,
        deliver: Callable[[str, dict[str, Any]], None],
        capacity: Callable[[], int],
        per_slot: int = 1,
    ) -> None:
        self._outbox, self._deliver = outbox, deliver
        self.wake: Callable[[], None] = lambda: None
        self.turn_in: Callable[[float], None] = lambda _seconds: None
        self.line = Line(pool, self._on_reply, self._on_wake)
        self._held = Holdings(outbox, capacity, per_slot)
        self._next, self._queues = 1, tuple[str, ...]()
        self._sent: Request | None = None
        self._unanswered: list[Request] = []
        self._dry, self._pass_on, self._gathering = False, False, False
        self.in_event_loop, self.ticked_at = False, time.monotonic()

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

    def tick(self) -> None:
        """Say what there is to say; called once per turn of the event loop, before it polls."""
        self.ticked_at = now = time.monotonic()
        if self._sent is not None and not self.line.overdue(now):
            return  # one request at a time
        if not self.line.may_be_used(now) or not (self._queues or self._outbox):
            return
        try:
            if not self.line.connected:
                self._connect()
            self.line.expect_replies(now)
            self._ask(self._room())
        except BROKEN as error:
            self._lost(error)

    def _room(self) -> int:
        return self._held.room() if self._queues else 0

    def _ask(self, room: int) -> None:
        if self._pass_on or (room and not self._dry) or self._ends_are_due():
            self._send(room)
        elif room and not self.line.waiting.pending:
            wakes = [keys.wake(queue) for queue in self._queues]
            self.line.waiting.send(packed(("BLPOP", *wakes, WAIT_SECONDS)))

    def _ends_are_due(self) -> bool:
        """Return whether ended leases go out by themselves; they wait a moment for company."""
        if not self._outbox:
            return False
        if not self._held or self._outbox.waiting_seconds() >= GATHER_SECONDS:
            return True
        if not self._gathering:
            self._gathering = True
            self.turn_in(GATHER_SECONDS)
        return False

    def _send(self, room: int) -> None:
        """Send what ended and ask for ``room`` jobs, in one round trip."""
        ends = self._outbox.drain()
        asks = self._pass_on or room > 0
        held = len(self._held)
        self._sent = Request(self._held.prefix, ends, asks, room, held, self._next, self._queues)
        self._next, self._pass_on, self._gathering = self._next + room, False, False
        self.line.requests.send(*self._sent.packed())

    def _on_reply(self) -> None:
        try:
            replies = self.line.replies()
        except BROKEN as error:
            return self._lost(error)
        if replies is not None and self._sent is not None:
            self._answered(self._sent, replies)
        return None

    def _answered(self, sent: Request, replies: list[Any]) -> None:
        self._sent = None
        if not sent.asks:
            return
        suspects_left, *items = replies[-1]
        if sent.room:
            self._dry = len(items) // 2 < sent.room
        if suspects_left:
            self._held.make_way()
        self._take(sent.leased(items))

    def _on_wake(self) -> None:
        try:
            replies = self.line.waiting.receive()
        except BROKEN as error:
            return self._lost(error)
        if replies is not None and replies[0] is not None:
            self._dry = False
            # Woken for work there is no room for any more: let the broker wake someone else.
            self._pass_on = not self._room()
        return None

    def _take(self, items: Sequence[tuple[str, str, bytes]]) -> None:
        # All are held before the first is performed, which the solo pool does while delivering.
        taken = [(Lease(self.finish, tag, q, deliveries(item)), item) for tag, q, item in items]
        for lease, _ in taken:
            self._held.add(lease)
        for lease, item in taken:
            self._deliver(lease.queue, open_item(item, lease))

    # -- losing and finding the broker

    def _connect(self) -> None:
        self.line.connect()
        self._dry = False
        while self._unanswered:
            self._reclaim(self._unanswered[0])
            self._unanswered.pop(0)

    def _lost(self, error: Exception) -> None:
        """Give up the connections, not the leases: everything unsaid is said again later."""
        self.line.lose(error, len(self._held))
        if self._sent is not None:
            self._outbox.put_back(self._sent.ends)
            if self._sent.room:
                self._unanswered.append(self._sent)
            self._sent = None

    def _reclaim(self, lost: Request) -> None:
        """Take the jobs of a reservation whose reply was lost; its tags are ours to know."""
        asked = lost.possible_tags()
        found = self.line.requests.ask("HMGET", keys.UNACKED, *[tag for tag, _ in asked])
        answers = zip(asked, found, strict=True)
        self._take([(*one, leased_item(had)) for one, had in answers if had])

    # -- the end

    def stop(self) -> None:
        """Take no more jobs and leave the loop; leases still held end one by one from now on."""
        self._queues = ()
        if self._sent is not None:
            held = set(self._held.tags())
            self._deliver = lambda _queue, _payload: None
            self._wait_for_answer(self._sent)
            # Nobody will run what this reply brought.
            self._held.release([tag for tag in self._held.tags() if tag not in held])
        self.line.hang_up()
        self._outbox.flush()

    def _wait_for_answer(self, sent: Request) -> None:
        try:
            self._answered(sent, self.line.requests.wait())
        except BROKEN as error:
            self._lost(error)

    def forget(self) -> None:
        """Drop everything in a forked child: leases, sockets and loop are its parent's."""
        self.line.unwatch = lambda _fileno: None
        self.line.hang_up()
        self._held.forget()
        self._sent, self._queues = None, ()
