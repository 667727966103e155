"""Jobs put into, taken from and ended in a real broker, by the scripts that workers use."""

import time

import orjson
import redis

from service.broker import keys
from service.broker.dead_set import dead_record
from service.broker.keeper import promote_due, renew
from service.broker.lease import DELIVERIES_ALLOWED, End, State
from service.broker.outbox import Outbox
from service.broker.scripts import ENQUEUE, ENQUEUE_MANY, PURGE, RESERVE
from service.broker.snapshot import LedgerCounts, QueueState
from service.broker.snapshot_reader import SnapshotReader
from service.broker.sweeper import sweep
from service.queues import QUEUE_NAMES

TASK = "mail.Send"


class Jobs:
    """A few jobs, known by short ids, and what became of them."""

    def __init__(self, client: "redis.Redis") -> None:
        self.client = client
        self._next_tag = 1
        self.suspects_left = 0

    # -- in

    def message(self, job_id: str, task: str = TASK, **stamps: object) -> str:
        headers = {"id": job_id, "task": task, "retries": 0}
        headers["headcount"] = {"due_at": time.time(), **stamps}
        properties = {"delivery_info": {"exchange": "", "routing_key": "default"}}
        return orjson.dumps({"body": "[]", "headers": headers, "properties": properties}).decode()

    def enqueue(
        self,
        job_id: str,
        queue: str = "default",
        due_in: float | None = None,
        continues: str = "",
        unique: str = "",
        retries: int = 0,
        task: str = TASK,
    ) -> str:
        names = [queue, keys.scheduled(queue), keys.LEDGER, keys.wake(queue)]
        names += [keys.UNACKED, keys.UNACKED_INDEX]
        due = "" if due_in is None else time.time() + due_in
        stamps = {"unique": [unique, 60_000]} if unique else {}
        message = self.message(job_id, task, **stamps)
        arguments = (keys.PREFIX, queue, message, due, job_id, retries,
                     continues, unique, 60_000)  # fmt: skip
        return str(ENQUEUE(self.client, names, arguments).decode())

    def enqueue_many(self, *job_ids: str, queue: str = "default", batch: str = "") -> int:
        names = (queue, keys.LEDGER, keys.wake(queue))
        arguments = (keys.PREFIX, queue, batch or job_ids[0], *map(self.message, job_ids))
        return int(ENQUEUE_MANY(self.client, names, arguments))

    def publish_as_celery_does(self, job_id: str, queue: str = "default") -> None:
        self.client.lpush(queue, self.message(job_id))

    def push(self, item: bytes, queue: str = "default") -> None:
        """Put something into a queue as if it had been enqueued there."""
        self.client.lpush(queue, item)
        self.client.hincrby(keys.LEDGER, f"{queue}:enqueued", 1)

    # -- out

    def reserve(
        self, want: int = 1, queues: tuple[str, ...] = QUEUE_NAMES, held: int = 0
    ) -> dict[str, str]:
        """Lease jobs; job id -> lease tag, in the order they were taken."""
        taken = self._reserve(want, queues, held)
        return {orjson.loads(item)["headers"]["id"]: tag for tag, item in taken.items()}

    def reserve_unread(self) -> str:
        """Lease one job, whatever its message is; return the lease's tag."""
        return next(iter(self._reserve(1, QUEUE_NAMES, 0)))

    def _reserve(self, want: int, queues: tuple[str, ...], held: int) -> dict[str, bytes]:
        wakes = [keys.wake(queue) for queue in queues]
        names = (keys.UNACKED, keys.UNACKED_INDEX, keys.LEDGER, *queues, *wakes)
        ours = ("worker.", DELIVERIES_ALLOWED - 1, len(queues), *queues)
        arguments = (*ours, want, self._next_tag, held)
        self.suspects_left, *taken = RESERVE(self.client, names, arguments)
        leases = {}
        for number, item in zip(taken[::2], taken[1::2], strict=True):
            leases[f"worker.{self._next_tag}:{queues[number - 1]}"] = item
            self._next_tag += 1
        return leases

    def end(
        self, tag: str, state: State, job_id: str = "", detail: str = "", unique: str = ""
    ) -> None:
        outbox = Outbox(self.client)
        outbox.add(End(tag, tag.rsplit(":", 1)[1], state, job_id, detail, unique))
        outbox.flush()

    def bury(self, tag: str, job_id: str) -> None:
        queue = tag.rsplit(":", 1)[1]
        record = dead_record(
            job_id=job_id, headers={}, queue=queue, outcome="failed", task=TASK, error="boom"
        )
        self.end(tag, "dead", job_id, record)

    def die(self, *job_ids: str, queue: str = "default") -> None:
        """Let jobs come, one by one, be taken and fail for good."""
        for job_id in job_ids:
            self.enqueue(job_id, queue)
            self.bury(self.reserve()[job_id], job_id)

    def again(self, tag: str, job_id: str, due_in: float | None = None) -> None:
        due = "" if due_in is None else time.time() + due_in
        self.end(tag, "again", detail=f"{due}\n{self.message(job_id)}")

    def take_as_a_plain_worker_does(self, *job_ids: str, ago_seconds: float = 0) -> None:
        """Hold jobs as kombu's own transport does."""
        for job_id in job_ids:
            held = f'[{self.message(job_id)}, "", "default"]'
            self.client.hset(keys.UNACKED, job_id, held)
            self.client.zadd(keys.UNACKED_INDEX, {job_id: time.time() - ago_seconds})

    # -- by the clock

    def promote(self) -> float:
        return promote_due(self.client, QUEUE_NAMES)

    def renew(self, *tags: str) -> None:
        renew(self.client, list(tags))

    def silence(self, *tags: str, seconds: float = 3600) -> None:
        """Let these leases not have been renewed for so long."""
        for tag in tags:
            self.client.zincrby(keys.UNACKED_INDEX, -seconds, tag)

    def sweep(self, lease_seconds: float = 60) -> dict[str, str]:
        """Lease tag -> what became of a job taken back."""
        return sweep(self.client, lease_seconds)

    def purge(self, queue: str = "default", most: int = 1000) -> int:
        return int(PURGE(self.client, (queue, keys.LEDGER), (queue, most)))

    # -- what one sees

    def state(self, queue: str = "default") -> QueueState:
        snapshot = SnapshotReader(self.client, "redis://broker")()
        return next(one for one in snapshot.queues if one.name == queue)

    def ledger(self, queue: str = "default") -> LedgerCounts:
        return self.state(queue).ledger

    def drifts(self) -> list[int]:
        return [self.state(queue).drift for queue in QUEUE_NAMES]

    def waiting(self, queue: str = "default") -> list[str]:
        """Ids of waiting jobs, the next one first."""
        items = self.client.lrange(queue, 0, -1)
        return [orjson.loads(item)["headers"]["id"] for item in reversed(items)]

    def tokens(self, queue: str = "default") -> int:
        return int(self.client.llen(keys.wake(queue)))
